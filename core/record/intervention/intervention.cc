#include "core/record/intervention/intervention.h"

#include <charconv>

#include "core/formats/number_text.h"
#include "core/record/configuration/site_list.h"
#include "core/record/intervention/given_request.h"

namespace mhc {
namespace {

constexpr std::int64_t kLongestBlend = 1000000;

Declaration Declare(std::string key, Value fallback, std::string text) {
  Declaration declaration;
  declaration.key = std::move(key);
  declaration.fallback = std::move(fallback);
  declaration.text = std::move(text);
  return declaration;
}

Declaration Number(std::string key, Value fallback, double minimum, double maximum,
                   std::string text) {
  Declaration declaration = Declare(std::move(key), std::move(fallback), std::move(text));
  declaration.minimum = minimum;
  declaration.maximum = maximum;
  return declaration;
}

InterventionKind Bare(std::string key, std::string text) {
  return {
      Declare(std::move(key), std::string(), std::move(text)), false, false, false, false, false};
}

std::vector<InterventionKind> MakeKinds() {
  Declaration rate = Number("learning_rate", 3e-3, 0, 1,
                            "Highest learning rate in place of train.learning_rate; the schedule "
                            "goes on scaling it. 0: the run only watches.");
  Declaration policy = Declare("on_nonfinite", std::string("skip"),
                               "What a loss or gradient that is not finite leads to.");
  policy.choices = {"skip", "stop", "roll_back"};
  return {
      {Declare("constraint", std::string("sinkhorn"),
               "Another map from the logits to H_res, with its options: "
               "sinkhorn:iterations=5,order=rows_columns."),
       true, true, true, true, true},
      {Number("iterations", std::int64_t{20}, 0, 10000,
              "Iterations of the constraint that the sites have, where it has that option."),
       true, true, true, true, false},
      {rate, true, true, true, false, false},
      {policy, true, true, false, false, false},
      Bare("pause", "Wait after the step in progress."),
      Bare("resume", "Go on after a pause."),
      {Number("step", std::int64_t{1}, 1, 1e9, "Do that many steps of a paused run."), false, false,
       false, false, false},
      Bare("checkpoint", "Save the run after the step in progress."),
      Bare("stop", "Save the run and end the engine; it can be resumed."),
  };
}

// "name:option=value,…" with every option written out, so that a later change of a default does not
// change what the record says.
std::string FullText(const ConstraintChoice& choice) {
  std::string text = choice.constraint->name;
  char separator = ':';
  const auto add = [&](const std::string& key, const std::string& value) {
    text += fmt::format("{}{}={}", separator, key, value);
    separator = ',';
  };
  for (const Declaration& option : choice.constraint->options) {
    const Value& value = choice.options.values().find(option.key)->second;
    const auto* plain = std::get_if<std::string>(&value);
    add(option.key, plain ? *plain : ToToml(value));
  }
  if (choice.transpose) add("transpose", "true");
  return text;
}

Result<Value> CheckedConstraint(const Configuration& configuration, const std::string& text) {
  const auto parsed = ParseConstraint(text);
  if (!parsed) return tl::unexpected(parsed.error());
  const ConstraintChoice choice = AtDepth(*parsed, configuration.SiteCount());
  const auto streams = static_cast<int>(configuration.StreamCount());
  if (const auto status = CheckStreams(choice, streams); !status) {
    return FailWithin("constraint", status.error());
  }
  return Value(FullText(choice));
}

Result<Value> CheckedValue(const Configuration& configuration, const InterventionKind& kind,
                           const std::optional<Value>& given) {
  const std::string& name = kind.value.key;
  if (!TakesValue(kind)) {
    const auto* text = given ? std::get_if<std::string>(&*given) : nullptr;
    if (given && (text == nullptr || !text->empty())) {
      return Fail("{}: found a value, expected {} alone", name, name);
    }
    return kind.value.fallback;
  }
  if (!given) {
    if (kind.needs_value) {
      return Fail("{}: found no value, expected {}={}", name, name, Expected(kind.value));
    }
    return kind.value.fallback;
  }
  Result<Value> checked = Check(kind.value, *given);
  if (!checked || name != "constraint") return checked;
  return CheckedConstraint(configuration, std::get<std::string>(*checked));
}

}  // namespace

std::span<const InterventionKind> InterventionKinds() {
  static const std::vector<InterventionKind> kinds = MakeKinds();
  return kinds;
}

const InterventionKind* FindInterventionKind(std::string_view name) {
  for (const InterventionKind& kind : InterventionKinds()) {
    if (kind.value.key == name) return &kind;
  }
  return nullptr;
}

bool TakesValue(const InterventionKind& kind) {
  const auto* text = std::get_if<std::string>(&kind.value.fallback);
  return kind.needs_value || text == nullptr || !text->empty();
}

Result<Transfer> ParseTransfer(std::string_view text) {
  if (text == "keep_logits") return Transfer{Transfer::Kind::kKeepLogits, 0};
  if (text == "match_matrix") return Transfer{Transfer::Kind::kMatchMatrix, 0};
  if (text.starts_with("blend(") && text.ends_with(")")) {
    const std::string inside = WholeNumberText(text.substr(6, text.size() - 7));
    std::int64_t steps = 0;
    const auto read = std::from_chars(inside.data(), inside.data() + inside.size(), steps);
    const bool whole = read.ec == std::errc() && read.ptr == inside.data() + inside.size();
    if (whole && steps >= 1 && steps <= kLongestBlend) {
      return Transfer{Transfer::Kind::kBlend, steps};
    }
  }
  return Fail(
      "transfer: found \"{}\", expected keep_logits, match_matrix, or blend(K) with K from 1 to {} "
      "steps",
      text.substr(0, 100), kLongestBlend);
}

std::string ToText(const Transfer& transfer) {
  switch (transfer.kind) {
    case Transfer::Kind::kKeepLogits:
      return "keep_logits";
    case Transfer::Kind::kMatchMatrix:
      return "match_matrix";
    case Transfer::Kind::kBlend:
      break;
  }
  return fmt::format("blend({})", transfer.blend_steps);
}

std::string ValueText(const InterventionRequest& request) {
  const auto* text = std::get_if<std::string>(&request.value);
  return text ? *text : ToToml(request.value);
}

Result<InterventionRequest> CheckRequest(const Configuration& configuration,
                                         const GivenRequest& given) {
  const InterventionKind* kind = FindInterventionKind(given.kind);
  if (kind == nullptr) return UnknownKind(given.kind);
  const std::string& name = kind->value.key;
  InterventionRequest request;
  request.kind = name;
  auto value = CheckedValue(configuration, *kind, given.value);
  if (!value) return tl::unexpected(value.error());
  request.value = *std::move(value);
  if (kind->takes_sites && configuration.SiteCount() == 0) {
    return Fail("{}: the connection of this run is residual, which has no mixing sites", name);
  }
  if (given.sites) {
    if (!kind->takes_sites) return Fail("{}: takes no sites, it is for the whole run", name);
    request.sites = *given.sites;
  }
  if (given.transfer) {
    if (!kind->takes_transfer) return Fail("{}: takes no transfer, only constraint does", name);
    const auto transfer = ParseTransfer(*given.transfer);
    if (!transfer) return tl::unexpected(transfer.error());
    request.transfer = *transfer;
  }
  return request;
}

tl::unexpected<Error> UnknownKind(std::string_view kind) {
  std::string names;
  for (const InterventionKind& known : InterventionKinds()) {
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", known.value.key,
                         known.needs_value ? "=VALUE" : "");
  }
  return Fail("found \"{}\", expected one of {}", kind.substr(0, 100), names);
}

Result<InterventionRequest> MakeRequest(const Configuration& configuration, std::string_view kind,
                                        std::optional<std::string_view> value,
                                        std::optional<std::string_view> sites,
                                        std::optional<std::string_view> transfer) {
  const InterventionKind* declared = FindInterventionKind(kind);
  if (declared == nullptr) return UnknownKind(kind);
  GivenRequest given{kind, std::nullopt, std::nullopt, transfer};
  if (value) given.value = FromText(declared->value, *value);
  if (sites && declared->takes_sites && configuration.SiteCount() > 0) {
    auto list = ParseSites(*sites, configuration.SiteCount());
    if (!list) return FailWithin("sites", list.error());
    given.sites = *std::move(list);
  } else if (sites) {
    given.sites.emplace();
  }
  return CheckRequest(configuration, given);
}

}  // namespace mhc
