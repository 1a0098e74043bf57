#include "widgets/document/run_update.h"

namespace mhc {

bool RunUpdate::empty() const {
  return error.empty() && !configuration && !description && !state && first_step == 0 &&
         !interventions && !alerts && !checkpoints && !snapshot_steps && snapshots.empty() &&
         histories.empty();
}

}  // namespace mhc
