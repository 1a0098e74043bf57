// What each kind of request does to a run: one row a kind.
//
// Thread rule: the training thread.
#pragma once

#include <optional>
#include <string_view>

#include "core/record/intervention/intervention.h"
#include "core/record/record/step_record.h"
#include "core/train/training_run.h"

namespace mhc {

// A request with what became of it, not recorded yet.
struct SettledRequest {
  Intervention intervention;
  // Of a change of maps: those right before it, as a snapshot of this step.
  std::optional<Snapshot> maps_before;
};

// Applies the request to the run as it is after its finished steps. What changes training saves a
// checkpoint first. A refusal comes before anything was changed.
SettledRequest ApplyRequest(TrainingRun& run, const InterventionRequest& request);

// Whether a request of this kind can have an effect at all.
bool HasEffect(std::string_view kind);

}  // namespace mhc
