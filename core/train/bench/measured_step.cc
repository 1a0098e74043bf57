#include "core/train/bench/measured_step.h"

#include <ATen/Parallel.h>
#include <malloc.h>

#include <fstream>

#include "core/record/record/step_cost.h"
#include "core/train/bench/timed_trainer.h"
#include "core/train/peak_memory.h"

namespace mhc {
namespace {

constexpr int kUntimedSteps = 2;

// From here on the peak is that of what follows.
void ForgetPeak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5\n";
}

}  // namespace

Result<MeasuredStep> MeasureStep(const Configuration& configuration, std::int64_t steps,
                                 const torch::Device& device) {
  ForgetPeak();
  at::set_num_threads(static_cast<int>(configuration.threads));
  const auto data = TokenData::Load(configuration);
  if (!data) return tl::unexpected(data.error());
  TimedTrainer trainer({"point", configuration}, *data, device);
  std::vector<double> step_ms;
  std::vector<StepRecord> rows;
  for (std::int64_t step = -kUntimedSteps; step < steps; ++step) {
    const auto taken = trainer.Step();
    if (!taken) return tl::unexpected(taken.error());
    if (step < 0) continue;
    step_ms.push_back(*taken);
    auto row = trainer.StepWithProbe();
    if (!row) return tl::unexpected(row.error());
    rows.push_back(*std::move(row));
  }
  MeasuredStep measured;
  measured.step_ms = Median(step_ms);
  const auto cost = MedianStepCost(rows);
  if (!cost) return Fail("a step's parts were not timed");
  // Of the step that was timed with its parts, as a share of that without.
  measured.mixing_ms = cost->Mixing() / cost->step * measured.step_ms;
  measured.memory_mib = PeakMemory().value_or(0.0);
  return measured;
}

}  // namespace mhc
