// A constraint with its options as the commands without a run take them.
#pragma once

#include <string>

#include "app/command_line/command.h"
#include "core/manifold/mixing_constraint.h"

namespace mhc {

// As given on the command line; the empty text where an option was not given.
struct ConstraintArguments {
  std::string constraint = "sinkhorn";  // NAME or NAME:key=value,key=value
  std::string iterations, order, epsilon;
  bool transpose = false;
};

void DeclareConstraintOptions(CLI::App& app, ConstraintArguments& arguments);

// Checked; an error begins with the option's name.
Result<ConstraintChoice> ReadConstraint(const ConstraintArguments& arguments);

// The value of a declared option that was given as text; an error names it as "--KEY", with '-' for
// '_' in the key.
Result<Value> ReadOption(const Declaration& declaration, const std::string& text);
// "logit-scale" of "logit_scale".
std::string OptionName(std::string key);

}  // namespace mhc
