#include "core/record/configuration/event_tables.h"

#include <array>

#include "core/formats/quoted_text.h"
#include "core/record/configuration/given_values.h"

namespace mhc {
namespace {

constexpr std::size_t kMostTables = 1000;
constexpr std::int64_t kMostSteps = 1'000'000'000;

std::string Place(std::string_view source, const toml::node& node, std::string_view list,
                  const std::string& key) {
  return fmt::format("{}{}.{}", Where(source, node), list, key);
}

Result<double> NumberOf(const toml::node& node, const std::string& place) {
  const auto number = node.value<double>();
  if (!number || !node.is_number()) return Fail("{}: expected a number", place);
  return *number;
}

Result<std::int64_t> StepsOf(const toml::node& node, std::int64_t least, const std::string& place) {
  const auto* number = node.as_integer();
  if (number == nullptr || number->get() < least || number->get() > kMostSteps) {
    return Fail("{}: expected an integer from {} to {}", place, least, kMostSteps);
  }
  return number->get();
}

// "0.003" and sinkhorn alike, as a --set has them.
Result<std::string> WordOf(const toml::node& node, const std::string& key,
                           const std::string& place) {
  if (const auto* text = node.as_string()) return text->get();
  const auto value = ToValue(node, key, "");
  if (!value) return Fail("{}: expected a text or a number", place);
  return ToToml(*value);
}

Status TakeAlertKey(const std::string& key, const toml::node& node, const std::string& place,
                    AlertRule& rule) {
  const auto take = [](auto result, auto& member) -> Status {
    if (!result) return tl::unexpected(result.error());
    member = *result;
    return {};
  };
  if (key == "scalar") return take(WordOf(node, key, place), rule.scalar);
  if (key == "above") return take(NumberOf(node, place), rule.above);
  if (key == "below") return take(NumberOf(node, place), rule.below);
  if (key == "spike") return take(NumberOf(node, place), rule.spike);
  if (key == "unmoved_for") return take(StepsOf(node, 2, place), rule.unmoved_for);
  if (key == "for") return take(StepsOf(node, 1, place), rule.measurements);
  if (key == "band") {
    const auto* ends = node.as_array();
    const auto low = ends && ends->size() == 2 ? (*ends)[0].value<double>() : std::nullopt;
    const auto high = low ? (*ends)[1].value<double>() : std::nullopt;
    if (!low || !high || *low > *high) {
      return Fail("{}: expected the two ends of a band, the lower first", place);
    }
    rule.below = *low;
    rule.above = *high;
    return {};
  }
  if (key == "pause") {
    if (!node.is_boolean()) return Fail("{}: expected true or false", place);
    rule.pause = node.as_boolean()->get();
    return {};
  }
  return Fail(
      "{}: unknown key, expected scalar, above, below, band, unmoved_for, spike, for, pause",
      place);
}

Result<AlertRule> AlertOf(const toml::table& table, std::string_view source) {
  AlertRule rule;
  for (const auto& [name, node] : table) {
    const std::string key(name.str());
    if (auto taken = TakeAlertKey(key, node, Place(source, node, "alert", key), rule); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  const std::string where = Where(source, table);
  if (rule.scalar.empty()) return Fail("{}alert: expected a scalar", where);
  if (!rule.above && !rule.below && !rule.unmoved_for && !rule.spike) {
    return Fail("{}alert: expected above, below, band, unmoved_for or spike", where);
  }
  return rule;
}

Result<PlannedIntervention> InterventionOf(const toml::table& table, std::string_view source) {
  PlannedIntervention planned;
  bool has_step = false;
  for (const auto& [name, node] : table) {
    const std::string key(name.str()), place = Place(source, node, "intervention", key);
    if (key == "step") {
      const auto step = StepsOf(node, 0, place);
      if (!step) return tl::unexpected(step.error());
      planned.step = *step;
      has_step = true;
      continue;
    }
    auto word = WordOf(node, key, place);
    if (!word) return tl::unexpected(word.error());
    if (key == "sites") {
      planned.sites = *std::move(word);
    } else if (key == "transfer") {
      planned.transfer = *std::move(word);
    } else if (planned.kind.empty()) {
      planned.kind = key;
      planned.value = *std::move(word);
    } else {
      return Fail("{}: found another change beside {}, expected one a table", place, planned.kind);
    }
  }
  if (!has_step || planned.kind.empty()) {
    return Fail("{}intervention: expected a step and a change, as constraint = \"identity\"",
                Where(source, table));
  }
  return planned;
}

template <class Item>
Status TakeList(toml::table& table, const char* name, std::string_view source,
                Result<Item> (*read)(const toml::table&, std::string_view),
                std::vector<Item>& items) {
  const toml::node* node = table.get(name);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr || !node->is_array_of_tables() || array->size() > kMostTables) {
    return Fail("{}{}: expected up to {} tables [[{}]]", Where(source, *node), name, kMostTables,
                name);
  }
  for (const toml::node& entry : *array) {
    auto item = read(*entry.as_table(), source);
    if (!item) return tl::unexpected(item.error());
    items.push_back(*std::move(item));
  }
  table.erase(name);
  return {};
}

std::string AlertToml(const AlertRule& rule) {
  std::string text = fmt::format("\n[[alert]]\nscalar = {}\n", ToToml(Value(rule.scalar)));
  const auto add = [&text](const char* key, const auto& value) {
    if (value) text += fmt::format("{} = {}\n", key, ToToml(Value(*value)));
  };
  add("above", rule.above);
  add("below", rule.below);
  add("unmoved_for", rule.unmoved_for);
  add("spike", rule.spike);
  if (rule.measurements > 1) text += fmt::format("for = {}\n", rule.measurements);
  if (rule.pause) text += "pause = true\n";
  return text;
}

}  // namespace

Status TakeEventTables(toml::table& table, std::string_view source, Configuration& configuration) {
  if (auto taken = TakeList(table, "alert", source, AlertOf, configuration.alerts); !taken) {
    return taken;
  }
  return TakeList(table, "intervention", source, InterventionOf, configuration.planned);
}

std::string ToToml(const PlannedIntervention& planned) {
  std::string text = fmt::format("\n[[intervention]]\nstep = {}\n{} = {}\n", planned.step,
                                 planned.kind, ToToml(Value(planned.value)));
  if (!planned.sites.empty()) text += fmt::format("sites = {}\n", ToToml(Value(planned.sites)));
  if (!planned.transfer.empty()) {
    text += fmt::format("transfer = {}\n", ToToml(Value(planned.transfer)));
  }
  return text;
}

std::string EventTablesToml(const Configuration& configuration) {
  std::string text;
  for (const AlertRule& rule : configuration.alerts) text += AlertToml(rule);
  for (const PlannedIntervention& planned : configuration.planned) text += ToToml(planned);
  return text;
}

}  // namespace mhc
