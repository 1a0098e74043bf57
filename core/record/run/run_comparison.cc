#include "core/record/run/run_comparison.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace mhc {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

bool AllSame(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](const Value& value) { return value == values.front(); });
}

// The tables of single sites as run.toml has them; empty where there are none.
std::string SiteTables(const Configuration& configuration) {
  const std::string toml = ToToml(configuration);
  const auto first = toml.find("[[mixing.site]]");
  return first == std::string::npos ? "" : toml.substr(first);
}

void AddDiffering(const std::string& key, std::vector<Value> values, RunComparison& comparison) {
  if (!AllSame(values)) comparison.differing.push_back({key, std::move(values)});
}

void FindDiffering(const std::vector<Configuration>& configurations, RunComparison& comparison) {
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    if (key.declaration.key == "name") continue;
    std::vector<Value> values;
    values.reserve(configurations.size());
    for (const Configuration& c : configurations) values.push_back(key.get(c));
    AddDiffering(key.declaration.key, std::move(values), comparison);
    if (key.declaration.key != "mixing.constraint") continue;
    // The options of the constraint stand beside its name.
    std::vector<Value> choices;
    choices.reserve(configurations.size());
    for (const Configuration& c : configurations) {
      choices.emplace_back(c.SiteCount() == 0 ? std::string() : ToText(c.mixing.constraint));
    }
    const bool names_differ =
        !comparison.differing.empty() && comparison.differing.back().key == "mixing.constraint";
    if (!AllSame(choices)) {
      if (names_differ) comparison.differing.pop_back();
      comparison.differing.push_back({"mixing.constraint", std::move(choices)});
    }
  }
  std::vector<Value> sites;
  sites.reserve(configurations.size());
  for (const Configuration& c : configurations) sites.emplace_back(SiteTables(c));
  AddDiffering("mixing.site", std::move(sites), comparison);
}

// Where a run left one that it descends from, or is; nothing where it is of another family.
std::optional<std::int64_t> LeftAt(const RunDescription& run, const std::string& id) {
  if (run.id == id) return kNever;
  for (const ParentRun& ancestor : run.ancestors) {
    if (ancestor.id == id) return ancestor.step;
  }
  return std::nullopt;
}

// Of the youngest run that all of them descend from.
std::optional<std::int64_t> ForkStep(const std::vector<RunStatus>& runs) {
  std::vector<std::string> family = {runs.front().description.id};
  for (const ParentRun& ancestor : runs.front().description.ancestors) {
    family.insert(family.begin() + 1, ancestor.id);  // the youngest first
  }
  for (const std::string& id : family) {
    std::int64_t first = kNever;
    const bool is_common = std::all_of(runs.begin(), runs.end(), [&](const RunStatus& run) {
      const auto left = LeftAt(run.description, id);
      first = std::min(first, left.value_or(kNever));
      return left.has_value();
    });
    if (is_common && first != kNever) return first;
  }
  return std::nullopt;
}

Status FindLosses(RunComparison& comparison) {
  comparison.step = kNever;
  for (const RunStatus& run : comparison.runs) {
    comparison.step = std::min(comparison.step, run.step);
  }
  for (const RunStatus& run : comparison.runs) {
    auto reader = RecordReader::Open(std::filesystem::path(run.run) / "record.sqlite");
    if (!reader) return tl::unexpected(reader.error());
    const auto rows = reader->Rows(comparison.step, comparison.step);
    if (!rows) return tl::unexpected(rows.error());
    comparison.loss_at.push_back(rows->empty() ? std::nullopt : rows->front().Get("loss"));
  }
  return {};
}

ordered_json GapJson(const std::vector<std::optional<double>>& losses) {
  ordered_json gaps = ordered_json::array();
  for (std::size_t i = 1; i < losses.size(); ++i) {
    const bool known = losses[i] && losses.front();
    gaps.push_back(known ? ordered_json(*losses[i] - *losses.front()) : ordered_json(nullptr));
  }
  if (gaps.empty()) return nullptr;
  return gaps.size() == 1 ? gaps.front() : gaps;
}

}  // namespace

Result<RunComparison> CompareRuns(std::span<const std::filesystem::path> runs) {
  RunComparison comparison;
  std::vector<Configuration> configurations;
  for (const std::filesystem::path& run : runs) {
    const auto folder = RunFolder::Open(run);
    if (!folder) return tl::unexpected(folder.error());
    auto status = ReadRunStatus(*folder);
    if (!status) return tl::unexpected(status.error());
    configurations.push_back(folder->configuration());
    configurations.back().train.steps = status->description.steps;  // it may have been extended
    comparison.runs.push_back(*std::move(status));
  }
  if (comparison.runs.empty()) return comparison;
  FindDiffering(configurations, comparison);
  comparison.fork_step = ForkStep(comparison.runs);
  if (auto found = FindLosses(comparison); !found) return tl::unexpected(found.error());
  return comparison;
}

ordered_json ToJson(const RunComparison& comparison) {
  ordered_json json;
  json["runs"] = ordered_json::array();
  for (const RunStatus& run : comparison.runs) json["runs"].push_back(ToJson(run));
  json["differing"] = ordered_json::object();
  for (const DifferingSetting& setting : comparison.differing) {
    ordered_json& values = json["differing"][setting.key] = ordered_json::array();
    for (const Value& value : setting.values) {
      values.push_back(std::visit([](const auto& plain) { return ordered_json(plain); }, value));
    }
  }
  json["fork_step"] = comparison.fork_step ? ordered_json(*comparison.fork_step) : nullptr;
  json["step"] = comparison.step;
  json["loss_gap"] = GapJson(comparison.loss_at);
  return json;
}

}  // namespace mhc
