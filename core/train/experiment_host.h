// What an experiment is given by the process that it runs in, and whom it tells.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mhc {

// What a progress display needs after a step.
struct Progress {
  std::int64_t step = 0, steps = 0;
  double loss = 0.0;
  std::optional<double> validation_loss;  // where it was evaluated at this step
  double tokens_per_second = 0.0;         // over the last steps
  double seconds_left = 0.0;
};

// Told of what happens; every call comes from the training thread.
class ExperimentObserver {
 public:
  virtual ~ExperimentObserver() = default;
  virtual void OnProgress(const Progress& progress) = 0;
  virtual void OnMessage(const std::string& sentence) = 0;
};

struct ExperimentHost {
  std::string program_version;
  std::int64_t threads = 1;
  torch::Device device = torch::kCPU;
  ExperimentObserver* observer = nullptr;
  std::filesystem::path energy_zones = "/sys/class/powercap";  // as EnergyMeter takes it
};

}  // namespace mhc
