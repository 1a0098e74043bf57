#include "app/mhc/map_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/text_table.h"
#include "app/mhc/map_file.h"
#include "core/formats/json_text.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct MapOptions {
  std::string file;
  bool json = false;
};

struct MapOutcome {
  Matrix matrix;
  bool has_gradient = false;
  std::vector<double> grad_logits;
};

MapOutcome Apply(const MapEntry& entry) {
  MapOutcome outcome{MapLogits(entry.choice, entry.streams, entry.logits), false, {}};
  if (entry.cotangent.size() > 0) {
    outcome.has_gradient = true;
    outcome.grad_logits =
        PullbackLogits(entry.choice, entry.streams, entry.logits, entry.cotangent);
  }
  return outcome;
}

std::vector<double> Row(const Matrix& matrix, Eigen::Index i) {
  return {matrix.row(i).begin(), matrix.row(i).end()};
}

ordered_json ToJson(const MapOutcome& outcome) {
  ordered_json rows = ordered_json::array();
  for (Eigen::Index i = 0; i < outcome.matrix.rows(); ++i) rows.push_back(Row(outcome.matrix, i));
  ordered_json json = {{"matrix", rows},
                       {"row_error", RowError(outcome.matrix)},
                       {"column_error", ColumnError(outcome.matrix)}};
  if (outcome.has_gradient) json["grad_logits"] = outcome.grad_logits;
  return json;
}

std::string Text(const MapEntry& entry, const MapOutcome& outcome) {
  std::vector<std::vector<std::string>> rows;
  for (Eigen::Index i = 0; i < outcome.matrix.rows(); ++i) {
    std::vector<std::string>& row = rows.emplace_back(1, "");
    for (const double value : Row(outcome.matrix, i)) row.push_back(ShortNumber(value));
  }
  std::string text =
      fmt::format("{}, n = {}: row error {}, column error {}\n{}", ToText(entry.choice),
                  entry.streams, ShortNumber(RowError(outcome.matrix)),
                  ShortNumber(ColumnError(outcome.matrix)), AlignedTable(rows));
  if (!outcome.has_gradient) return text;
  text += "gradient of the logits:";
  for (const double value : outcome.grad_logits) text += ' ' + ShortNumber(value);
  return text + '\n';
}

CommandResult Run(const MapOptions& options) {
  const Result<std::vector<MapEntry>> entries = ReadMapFile(options.file);
  if (!entries) return BadInput(entries.error());
  ordered_json list = ordered_json::array();
  std::string text;
  for (const MapEntry& entry : *entries) {
    const MapOutcome outcome = Apply(entry);
    if (options.json) {
      list.push_back(ToJson(outcome));
    } else {
      text += (text.empty() ? "" : "\n") + Text(entry, outcome);
    }
  }
  return options.json ? PrintDocument(DumpJson(std::move(list))) : Print(text);
}

Action DeclareMap(CLI::App& app) {
  const auto options = std::make_shared<MapOptions>();
  app.add_option("FILE", options->file,
                 "A JSON object or a list of them: constraint, n, logits (flat), the constraint's "
                 "options, and cotangent (n x n) where grad_logits is wanted")
      ->required();
  AddJsonOption(app, options->json);
  std::string names = "Constraints, their logits at n = 4, what they keep, and their options:\n";
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const ConstraintChoice choice = *ChooseConstraint(constraint.name);
    names += fmt::format("  {}: {} logits; {}", constraint.name, LogitCount(choice, 4),
                         ToText(Guarantees(choice)));
    std::string separator = "; ";
    for (const Declaration& option : constraint.options) {
      names += separator + option.key;
      separator = " ";
    }
    names += '\n';
  }
  app.footer(
      names +
      "Every one also takes transpose.\n\nExamples:\n"
      "  echo '{\"constraint\": \"sinkhorn\", \"n\": 2, \"logits\": [0, 1, 2, 0]}' > z.json\n"
      "  mhc map z.json\n"
      "  mhc map z.json --json");
  return [options] { return Run(*options); };
}

}  // namespace

Command MapCommand() {
  return {"map", "The matrices, and the gradients, that constraints make of given logits.",
          DeclareMap};
}

}  // namespace mhc
