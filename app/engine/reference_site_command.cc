#include "app/engine/reference_site_command.h"

#include "app/command_line/site_command.h"
#include "app/engine/engine_process.h"
#include "core/model/fused_site.h"
#include "core/model/kernel_place.h"
#include "core/model/reference_site.h"

namespace mhc {
namespace {

CommandResult Run(const SiteArguments& arguments) {
  SetThreads(0);
  if (arguments.kernels == "oracle") return ComputeSite(arguments, RunSite);
  if (arguments.kernels == "fused") {
    return ComputeSite(arguments, [](const SiteInputs& inputs, const SiteOptions& options) {
      return RunFusedSite(inputs, options, ThisPlace());
    });
  }
  const at::ScalarType type = arguments.compute == "float32" ? torch::kFloat32 : torch::kFloat64;
  return ComputeSite(arguments, [type](const SiteInputs& inputs, const SiteOptions& options) {
    return RunReferenceSite(inputs, options, type);
  });
}

}  // namespace

Command ReferenceSiteCommand() {
  return {"site", kSiteText, [](CLI::App& app) { return DeclareSite(app, Run); }};
}

}  // namespace mhc
