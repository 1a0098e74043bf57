#include "app/mhc/simulate_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/command_line/constraint_options.h"
#include "app/command_line/terminal.h"
#include "core/formats/json_text.h"
#include "core/manifold/depth_study.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct SimulateArguments {
  ConstraintArguments map;
  std::vector<std::optional<std::string>> keys;  // of DepthStudyKeys(), where given
  bool json = false;
};

// What stands before the message of a check that names a key: of the study, or of the constraint.
std::string_view Owner(std::string_view message) {
  for (const DepthStudyKey& key : DepthStudyKeys()) {
    if (message.starts_with(key.declaration.key + ":")) return "--";
  }
  return "--constraint: ";
}

Result<DepthStudyOptions> ReadOptions(const SimulateArguments& arguments) {
  const Result<ConstraintChoice> choice = ReadConstraint(arguments.map);
  if (!choice) return tl::unexpected(choice.error());
  DepthStudyOptions options{.choice = *choice};
  for (std::size_t k = 0; k < arguments.keys.size(); ++k) {
    if (!arguments.keys[k]) continue;
    const DepthStudyKey& key = DepthStudyKeys()[k];
    const Result<Value> value = ReadOption(key.declaration, *arguments.keys[k]);
    if (!value) return tl::unexpected(value.error());
    key.set(options, *value);
  }
  if (const Status checked = CheckDepthStudy(options); !checked) {
    return Fail("{}{}", Owner(checked.error().message), checked.error().message);
  }
  return options;
}

ordered_json ToJson(const ByDepthMeasure<Spread>& spreads) {
  ordered_json json;
  for (int m = 0; m < kDepthMeasures; ++m) {
    const Spread& spread = spreads[m];
    json[std::string(DepthMeasureName(m))] = {{"median", spread.median}, {"mean", spread.mean},
                                              {"p1", spread.p1},         {"p10", spread.p10},
                                              {"p90", spread.p90},       {"p99", spread.p99},
                                              {"min", spread.minimum},   {"max", spread.maximum}};
  }
  return json;
}

ordered_json ToJson(const DepthStudy& study, std::vector<double> DepthProfile::*statistic) {
  ordered_json json = {{"depth", study.depths}};
  for (int m = 0; m < kDepthMeasures; ++m) {
    json[std::string(DepthMeasureName(m))] = study.profile[m].*statistic;
  }
  return json;
}

// The options that the numbers are of, then the contract's keys.
std::string JsonDocument(const DepthStudyOptions& options, const DepthStudy& study) {
  ordered_json json = {{"constraint", ToText(options.choice)}};
  for (const DepthStudyKey& key : DepthStudyKeys()) {
    const bool given = key.declaration.key != "diagonal" || options.diagonal.has_value();
    json[key.declaration.key] =
        std::visit([&](const auto& value) { return given ? ordered_json(value) : ordered_json(); },
                   key.get(options));
  }
  json.update(ToJson(study.composite));
  json["layer"] = ToJson(study.layer);
  json["by_depth"] = ToJson(study, &DepthProfile::median);
  json["by_depth_p10"] = ToJson(study, &DepthProfile::p10);
  json["by_depth_p90"] = ToJson(study, &DepthProfile::p90);
  return DumpJson(std::move(json));
}

std::string Table(const ByDepthMeasure<Spread>& spreads) {
  std::vector<std::vector<std::string>> rows = {
      {"", "median", "mean", "p1", "p10", "p90", "p99", "min", "max"}};
  for (int m = 0; m < kDepthMeasures; ++m) {
    std::vector<std::string>& row = rows.emplace_back(1, std::string(DepthMeasureName(m)));
    const Spread& s = spreads[m];
    for (const double value : {s.median, s.mean, s.p1, s.p10, s.p90, s.p99, s.minimum, s.maximum}) {
      row.push_back(ShortNumber(value));
    }
  }
  return TableForOutput(rows, TableHead::kFirstRow);
}

std::string Text(const DepthStudyOptions& options, const DepthStudy& study) {
  const std::string what =
      fmt::format("{}, n = {}: composite of layers {} to {}, {} trials\n", ToText(options.choice),
                  options.streams, options.from, options.depth, options.trials);
  return fmt::format("{}{}\nSingle maps:\n{}", LinesForOutput(what), Table(study.composite),
                     Table(study.layer));
}

CommandResult Run(const SimulateArguments& arguments) {
  const Result<DepthStudyOptions> options = ReadOptions(arguments);
  if (!options) return BadInput(options.error());
  const Result<DepthStudy> study = RunDepthStudy(*options);
  if (!study) return BadInput(study.error());
  return arguments.json ? PrintDocument(JsonDocument(*options, *study))
                        : Print(Text(*options, *study));
}

Action DeclareSimulate(CLI::App& app) {
  const auto arguments = std::make_shared<SimulateArguments>();
  DeclareConstraintOptions(app, arguments->map);
  arguments->keys.resize(DepthStudyKeys().size());
  for (std::size_t k = 0; k < arguments->keys.size(); ++k) {
    const Declaration& key = DepthStudyKeys()[k].declaration;
    app.add_option("--" + OptionName(key.key), arguments->keys[k],
                   fmt::format("{} {}; default {}", key.text, Expected(key), ToToml(key.fallback)));
  }
  AddJsonOption(app, arguments->json);
  app.footer(
      "Every logit of every layer is S times a normal number, drawn anew. The composite has the "
      "newest layer on its left.\n\nExamples:\n"
      "  mhc simulate --constraint unconstrained\n"
      "  mhc simulate --constraint sinkhorn --logit-scale 4 --depth 1 --trials 20000\n"
      "  mhc simulate --constraint circulant:beta=2 --json | jq .sigma_min.median");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command SimulateCommand() {
  return {"simulate", "Gains and spectra over the depth of a network of random maps.",
          DeclareSimulate};
}

}  // namespace mhc
