// One experiment in this process: what `train` and `resume` have in common.
#pragma once

#include <functional>
#include <memory>

#include "app/command_line/command.h"
#include "core/train/experiment/experiment.h"

namespace mhc {

using ExperimentStart = std::function<Result<std::unique_ptr<Experiment>>(const ExperimentHost&)>;

// Sets threads, device and signals, starts the experiment and trains to its end, with progress on
// standard error. With `json` the process then becomes `mhc status RUN --json`. Call once.
CommandResult RunExperiment(const Configuration& configuration, bool json,
                            const ExperimentStart& start);

}  // namespace mhc
