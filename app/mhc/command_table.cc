#include "app/mhc/command_table.h"

#include <vector>

#include "app/mhc/compare_command.h"
#include "app/mhc/export_command.h"
#include "app/mhc/follow_command.h"
#include "app/mhc/fork_command.h"
#include "app/mhc/list_command.h"
#include "app/mhc/map_command.h"
#include "app/mhc/matrix_command.h"
#include "app/mhc/oracle_site_command.h"
#include "app/mhc/plan_command.h"
#include "app/mhc/repair_command.h"
#include "app/mhc/request_command.h"
#include "app/mhc/simulate_command.h"
#include "app/mhc/status_command.h"
#include "app/mhc/study_command.h"

namespace mhc {

std::span<const Command> Commands() {
  static const std::vector<Command> table = {
      {"train", "Starts a run of a configuration file or a preset."},
      {"resume", "Goes on with a run from its last checkpoint."},
      ForkCommand(),
      RequestCommand(),
      StudyCommand(),
      StatusCommand(),
      ListCommand(),
      CompareCommand(),
      FollowCommand(),
      RepairCommand(),
      ExportCommand(),
      MatrixCommand(),
      MapCommand(),
      SimulateCommand(),
      PlanCommand(),
      {"ablate", "Validation loss of a checkpoint without a stream or without its mixing."},
      OracleSiteCommand(),
      {"bench", "Times training steps by model, part and kernel on this machine."},
      {"doctor", "Says which versions and devices there are, and what is wrong with them."},
  };
  return table;
}

}  // namespace mhc
