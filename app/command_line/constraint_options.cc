#include "app/command_line/constraint_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace mhc {
namespace {

Status SetConstraintOption(ConstraintChoice& choice, const std::string& key,
                           const std::string& text) {
  if (text.empty()) return {};
  const Status set = SetOptionFromText(choice, key, text);
  if (!set) return Fail("--{}", set.error().message);
  return {};
}

}  // namespace

void DeclareConstraintOptions(CLI::App& app, ConstraintArguments& arguments) {
  app.add_option("--constraint", arguments.constraint, "NAME or NAME:key=value,key=value")
      ->capture_default_str();
  app.add_option("--iterations", arguments.iterations, "Steps of the constraint's normalisation");
  app.add_option("--order", arguments.order, "columns_rows (the paper's) or rows_columns");
  app.add_option("--epsilon", arguments.epsilon, "0: the paper's Eq. 9; above: the kernels' form");
  app.add_flag("--transpose", arguments.transpose, "Applies the transpose of the map");
}

Result<ConstraintChoice> ReadConstraint(const ConstraintArguments& arguments) {
  Result<ConstraintChoice> choice = ParseConstraint(arguments.constraint);
  if (!choice) return Fail("--constraint: {}", choice.error().message);
  if (arguments.transpose) choice->transpose = true;
  for (const Status& set : {SetConstraintOption(*choice, "iterations", arguments.iterations),
                            SetConstraintOption(*choice, "order", arguments.order),
                            SetConstraintOption(*choice, "epsilon", arguments.epsilon)}) {
    if (!set) return tl::unexpected(set.error());
  }
  return choice;
}

Result<Value> ReadOption(const Declaration& declaration, const std::string& text) {
  Declaration named = declaration;
  named.key = "--" + OptionName(declaration.key);
  return Check(named, FromText(named, text));
}

std::string OptionName(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

}  // namespace mhc
