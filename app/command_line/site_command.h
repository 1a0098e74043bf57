// `mhc site IN.safetensors`: one hyper-connection site on stored tensors, forward and backward. mhc
// computes it with the oracle, mhc-engine with the training core's operations.
#pragma once

#include <functional>
#include <string>

#include "app/command_line/command.h"
#include "app/command_line/constraint_options.h"
#include "core/manifold/hyper_connection_site.h"

namespace mhc {

// As given on the command line; the empty text where an option was not given.
struct SiteArguments {
  std::string in;
  std::string out;
  ConstraintArguments map;
  std::string eps_pre, eps_norm, post_factor;
  std::string kernels = "oracle";
  std::string compute = "float64";
  bool json = false;
};

inline constexpr const char* kSiteText =
    "One hyper-connection site on stored tensors, forward and backward.";

// Options, arguments and examples; `run` is done once they are parsed.
Action DeclareSite(CLI::App& app, CommandResult (*run)(const SiteArguments& arguments));

using SiteFunction = std::function<Result<SiteOutputs>(const SiteInputs&, const SiteOptions&)>;

// Reads the tensors, computes, and writes what came out.
CommandResult ComputeSite(const SiteArguments& arguments, const SiteFunction& compute);

}  // namespace mhc
