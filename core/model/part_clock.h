// Where the time of a training step goes: into which part of the model, forward and backward
// together.
//
// Thread rule: one thread at a time. A backward pass on the CPU runs on the thread that asks for
// it; one on a CUDA device has a thread of its own, for which that thread waits.
#pragma once

#include <torch/torch.h>

#include <array>
#include <chrono>
#include <memory>

namespace mhc {

enum class StepPart {
  kCoefficients,  // products, norm and gates of the predictors
  kConstraint,    // from logits to H_res
  kApply,         // reading, writing and mixing the streams
  kSublayer,      // attention and MLP themselves
  kTrace,         // what the probe keeps of the pass
  kRest,          // embedding, expansion, readout, head, loss, optimizer
};

class PartClock {
 public:
  // Of work on that device: each change of part waits for a CUDA device to finish. The part that
  // goes on is kRest.
  explicit PartClock(torch::Device device);

  // The time since the last change of part is that of the part that goes on.
  void Enter(StepPart part);
  StepPart current() const { return current_; }
  // Of the time that the part that goes on has taken, so much was another's: of a kernel that does
  // the work of several.
  void Yield(StepPart other, double seconds);
  double Milliseconds(StepPart part) const;

 private:
  using Clock = std::chrono::steady_clock;

  torch::Device device_;
  StepPart current_ = StepPart::kRest;
  Clock::time_point since_;
  std::array<Clock::duration, 6> spent_{};
};

// Does nothing where there is no clock.
void Enter(const std::shared_ptr<PartClock>& clock, StepPart part);
// Enters the part as soon as the backward pass has the gradient of `x`: what made `x` is next. Does
// nothing where `x` is not defined or made of nothing that learns, nor where it is a parameter
// itself, on which the hook would stay.
void EnterBackward(const std::shared_ptr<PartClock>& clock, const at::Tensor& x, StepPart part);

}  // namespace mhc
