#include "app/mhc/matrix_command.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/command_line/terminal.h"
#include "core/formats/json_text.h"
#include "core/formats/matrix_file.h"
#include "core/manifold/diagnostics/birkhoff.h"
#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/matrix_diagnostics.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct MatrixOptions {
  std::string file;
  bool json = false;
};

// Beyond this size the coordinates are many, and no longer looked at one by one.
constexpr Eigen::Index kMostStreamsWithCoordinates = 4;

struct Finding {
  MatrixDiagnostics diagnostics;
  std::optional<BirkhoffMixture> birkhoff;
};

Finding Find(const Matrix& matrix) {
  Finding finding{Diagnose(matrix), {}};
  if (matrix.rows() <= kMostStreamsWithCoordinates) finding.birkhoff = DecomposeBirkhoff(matrix);
  return finding;
}

// A file's matrices with what is said of each and of their product.
struct Findings {
  std::vector<Finding> matrices;
  Finding product;
};

Findings DiagnoseAll(const MatrixStack& stack) {
  std::vector<Matrix> matrices;
  const auto size = static_cast<Eigen::Index>(stack.size);
  for (std::size_t i = 0; i < stack.count; ++i) {
    const double* first = stack.values.data() + i * stack.size * stack.size;
    matrices.push_back(Eigen::Map<const Matrix>(first, size, size));
  }
  Findings findings;
  for (const Matrix& matrix : matrices) findings.matrices.push_back(Find(matrix));
  findings.product = Find(Product(matrices));
  return findings;
}

ordered_json ToJson(const std::vector<PermutationWeight>& terms) {
  ordered_json list = ordered_json::array();
  for (const PermutationWeight& term : terms) {
    list.push_back({{"permutation", term.columns}, {"weight", term.weight}});
  }
  return list;
}

// Every key of the contract, in its order.
ordered_json ToJson(const Finding& finding) {
  const MatrixDiagnostics& matrix = finding.diagnostics;
  ordered_json eigenvalues = ordered_json::array();
  for (const auto& value : matrix.eigenvalues) {
    eigenvalues.push_back(ordered_json::array({value.real(), value.imag()}));
  }
  ordered_json keys = {{"size", matrix.size},
                       {"row_sums", matrix.row_sums},
                       {"column_sums", matrix.column_sums},
                       {"row_error", matrix.row_error},
                       {"column_error", matrix.column_error},
                       {"forward_gain", matrix.forward_gain},
                       {"backward_gain", matrix.backward_gain},
                       {"norm_inf", matrix.norm_inf},
                       {"norm_1", matrix.norm_1},
                       {"spectral_norm", matrix.spectral_norm},
                       {"singular_values", matrix.singular_values},
                       {"condition_number", matrix.condition_number},
                       {"eigenvalues", eigenvalues},
                       {"second_eigenvalue", matrix.second_eigenvalue},
                       {"spectral_gap", matrix.spectral_gap},
                       {"mixing_time", matrix.mixing_time},
                       {"distance_to_identity", matrix.distance_to_identity},
                       {"distance_to_uniform", matrix.distance_to_uniform},
                       {"distance_to_permutation", matrix.distance_to_permutation},
                       {"entropy", matrix.entropy},
                       {"dobrushin", matrix.dobrushin},
                       {"difference_gain", matrix.difference_gain},
                       {"mean_gain", matrix.mean_gain},
                       {"minimum_entry", matrix.minimum_entry}};
  if (finding.birkhoff) {
    keys["birkhoff"] = ToJson(finding.birkhoff->terms);
    keys["birkhoff_residual"] = finding.birkhoff->residual;
  }
  return keys;
}

std::string JsonDocument(const Findings& findings) {
  ordered_json matrices = ordered_json::array();
  for (const Finding& matrix : findings.matrices) matrices.push_back(ToJson(matrix));
  return DumpJson({{"matrices", matrices}, {"product", ToJson(findings.product)}});
}

std::string Cell(const ordered_json& value) {
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return ShortNumber(value.get<double>());
  if (value.is_object()) {
    return fmt::format("{}*({})", ShortNumber(value["weight"].get<double>()),
                       fmt::join(value["permutation"].get<std::vector<int>>(), " "));
  }
  // An eigenvalue: re and im.
  const double re = value[0].get<double>(), im = value[1].get<double>();
  return im == 0.0 ? ShortNumber(re) : fmt::format("{}{:+.6g}i", ShortNumber(re), im);
}

// One line a diagnostic, with its words as the JSON has them.
std::string FullText(const Finding& matrix) {
  std::vector<std::vector<std::string>> rows;
  const ordered_json words = ToJson(matrix);
  for (const auto& [name, value] : words.items()) {
    std::vector<std::string>& row = rows.emplace_back(1, name);
    if (!value.is_array()) row.push_back(Cell(value));
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
      row.push_back(Cell(value[i]));
  }
  return TableForOutput(rows, TableHead::kNone);
}

std::vector<std::string> Summary(const std::string& name, const MatrixDiagnostics& matrix) {
  std::vector<std::string> row = {name};
  for (const double value : {matrix.row_error, matrix.column_error, matrix.forward_gain,
                             matrix.backward_gain, matrix.spectral_norm, matrix.second_eigenvalue,
                             matrix.distance_to_uniform, matrix.entropy, matrix.minimum_entry}) {
    row.push_back(ShortNumber(value));
  }
  return row;
}

std::string Text(const std::string& file, const Findings& findings) {
  const int size = findings.product.diagnostics.size;
  const std::size_t count = findings.matrices.size();
  if (count == 1) return fmt::format("{}: one matrix\n", file) + FullText(findings.product);
  std::vector<std::vector<std::string>> rows = {{"matrix", "row_error", "column_error",
                                                 "forward_gain", "backward_gain", "spectral_norm",
                                                 "|lambda_2|", "to_uniform", "entropy", "minimum"}};
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back(Summary(fmt::to_string(i), findings.matrices[i].diagnostics));
  }
  rows.push_back(Summary("product", findings.product.diagnostics));
  return fmt::format("{}: {} matrices of {} rows\n{}\nThe product, the last matrix leftmost:\n{}",
                     file, count, size, TableForOutput(rows, TableHead::kFirstRow),
                     FullText(findings.product));
}

CommandResult Run(const MatrixOptions& options) {
  const Result<MatrixStack> stack = ReadMatrices(options.file);
  if (!stack) return BadInput(stack.error());
  const Findings findings = DiagnoseAll(*stack);
  return options.json ? PrintDocument(JsonDocument(findings)) : Print(Text(options.file, findings));
}

Action DeclareMatrix(CLI::App& app) {
  const auto options = std::make_shared<MatrixOptions>();
  app.add_option(
         "FILE", options->file,
         ".json (n x n or L x n x n lists, or what mhc map --json prints), .csv (blocks parted "
         "by an empty line; as NumPy, pandas or a spreadsheet writes it) or .npy")
      ->required();
  AddJsonOption(app, options->json);
  app.footer(
      "Matrices count from 0, as sites do. The product has the last matrix of the file as its\n"
      "leftmost factor. The three distances are Frobenius norms. Of up to 4 x 4,\n"
      "birkhoff lists weights of permutations (the column of each row's 1) that add up to the\n"
      "matrix but for birkhoff_residual, in the Frobenius norm.\n\nExamples:\n"
      "  mhc matrix maps.npy\n"
      "  mhc matrix --json h.csv | jq .product.forward_gain");
  return [options] { return Run(*options); };
}

}  // namespace

Command MatrixCommand() {
  return {"matrix", "Gains, spectrum, distances and mixing of given matrices and their product.",
          DeclareMatrix};
}

}  // namespace mhc
