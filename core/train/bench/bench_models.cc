#include "core/train/bench/bench_models.h"

namespace mhc {
namespace {

Configuration WithKernels(Configuration configuration, const std::string& kernels) {
  configuration.mixing.kernels = kernels;
  for (SiteOverride& entry : configuration.site_overrides) entry.settings.kernels = kernels;
  return configuration;
}

// The same connection at every site.
Configuration WithConnection(Configuration configuration, const std::string& connection,
                             const std::string& maps, const std::string& constraint) {
  configuration.site_overrides.clear();
  SiteSettings& mixing = configuration.mixing;
  mixing.connection = connection;
  mixing.read = mixing.write = maps;
  mixing.constraint = *ChooseConstraint(constraint);
  return WithKernels(std::move(configuration), "fused");
}

Configuration WithConstraint(Configuration configuration, const ConstraintChoice& choice) {
  configuration.site_overrides.clear();
  configuration.mixing.constraint = AtDepth(choice, configuration.SiteCount());
  return WithKernels(std::move(configuration), "fused");
}

}  // namespace

Result<std::vector<BenchModel>> BenchModels(const Configuration& given, bool all) {
  if (given.mixing.connection != "mhc") {
    return Fail(
        "mixing.connection: found {}, expected mhc, which the bench compares with hc and residual",
        given.mixing.connection);
  }
  std::vector<BenchModel> models = {
      {std::string(kPlainModel), WithConnection(given, "residual", "fixed", "identity")},
      {"hc", WithConnection(given, "hc", "hc", "unconstrained")},
      {std::string(kMhcModel), WithKernels(given, "fused")},
      {"mhc_reference", WithKernels(given, "reference")}};
  if (!all) return models;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const auto choice = ChooseConstraint(constraint.name);
    if (!choice) return tl::unexpected(choice.error());
    if (!CheckStreams(*choice, static_cast<int>(given.model.streams))) continue;
    models.push_back({constraint.name, WithConstraint(given, *choice)});
  }
  return models;
}

}  // namespace mhc
