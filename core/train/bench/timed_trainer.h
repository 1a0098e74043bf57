// A model of the bench with its trainer: steps as an experiment takes them, and their times.
//
// Thread rule: one thread.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/record/record/step_record.h"
#include "core/result.h"
#include "core/train/bench/bench_models.h"
#include "core/train/probe.h"
#include "core/train/token_data.h"
#include "core/train/trainer.h"

namespace mhc {

class TimedTrainer {
 public:
  // `data` outlives it.
  TimedTrainer(BenchModel model, const TokenData& data, const torch::Device& device);

  // One step with its batch, nothing measured of it; milliseconds. Error where the loss or the
  // gradients are not finite, since such a step leaves work out.
  Result<double> Step();
  // One step with its parts timed and the probe's scalars, as the row that a run would record of
  // it.
  Result<StepRecord> StepWithProbe();

  const std::string& name() const { return name_; }
  const Configuration& configuration() const { return configuration_; }

 private:
  Result<StepOutcome> Take(ForwardTrace* trace, double learning_rate);
  void RecordTimes(const PartClock& clock, double step_ms, double probe_ms,
                   StepRecord& record) const;

  std::string name_;
  Configuration configuration_;
  const TokenData& data_;
  Trainer trainer_;
  Probe probe_;
  std::int64_t finished_ = 0;
};

}  // namespace mhc
