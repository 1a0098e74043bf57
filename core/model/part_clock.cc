#include "core/model/part_clock.h"

namespace mhc {

PartClock::PartClock(torch::Device device) : device_(device), since_(Clock::now()) {}

void PartClock::Enter(StepPart part) {
  if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
  const Clock::time_point now = Clock::now();
  spent_[static_cast<std::size_t>(current_)] += now - since_;
  since_ = now;
  current_ = part;
}

void PartClock::Yield(StepPart other, double seconds) {
  Enter(current_);
  const auto spent =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  spent_[static_cast<std::size_t>(current_)] -= spent;
  spent_[static_cast<std::size_t>(other)] += spent;
}

double PartClock::Milliseconds(StepPart part) const {
  const Clock::duration spent = spent_[static_cast<std::size_t>(part)];
  return std::chrono::duration<double, std::milli>(spent).count();
}

void Enter(const std::shared_ptr<PartClock>& clock, StepPart part) {
  if (clock) clock->Enter(part);
}

void EnterBackward(const std::shared_ptr<PartClock>& clock, const at::Tensor& x, StepPart part) {
  if (!clock || !x.defined() || !x.requires_grad() || x.is_leaf()) return;
  x.register_hook([clock, part](const at::Tensor&) { clock->Enter(part); });
}

}  // namespace mhc
