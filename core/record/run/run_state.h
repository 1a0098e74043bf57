// What a run is doing now: the recorded state together with whether an engine holds the run.
#pragma once

#include "core/record/record/record_reader.h"
#include "core/record/run/run_folder.h"

namespace mhc {

// The recorded state; `interrupted` where the record says running or paused and no engine is there.
Result<RunState> CurrentState(const RunFolder& folder, RecordReader& reader);

}  // namespace mhc
