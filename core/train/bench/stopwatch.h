// Wall time of work on a device, which is waited for at both ends. Thread rule: one thread.
#pragma once

#include <torch/torch.h>

#include <chrono>

namespace mhc {

class Stopwatch {
 public:
  explicit Stopwatch(const torch::Device& device) : device_(device) {
    WaitForDevice();
    start_ = std::chrono::steady_clock::now();
  }
  // Since it was made.
  double Milliseconds() const {
    WaitForDevice();
    const auto spent = std::chrono::steady_clock::now() - start_;
    return std::chrono::duration<double, std::milli>(spent).count();
  }

 private:
  void WaitForDevice() const {
    if (device_.is_cuda()) torch::cuda::synchronize(device_.index());
  }

  torch::Device device_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace mhc
