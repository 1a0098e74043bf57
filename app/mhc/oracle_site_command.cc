#include "app/mhc/oracle_site_command.h"

#include "app/command_line/site_command.h"
#include "app/mhc/engine_program.h"

namespace mhc {
namespace {

CommandResult Run(const SiteArguments& arguments) {
  if (arguments.kernels != "oracle") return tl::unexpected(BecomeEngine());
  return ComputeSite(arguments, RunSite);
}

}  // namespace

Command OracleSiteCommand() {
  return {"site", kSiteText, [](CLI::App& app) { return DeclareSite(app, Run); }};
}

}  // namespace mhc
