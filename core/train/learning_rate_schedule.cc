#include "core/train/learning_rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mhc {

double LearningRate(const TrainSettings& settings, double peak, std::int64_t finished) {
  const auto step = static_cast<double>(finished + 1);
  const auto steps = static_cast<double>(settings.steps);
  const auto warmup = static_cast<double>(settings.warmup_steps);
  if (step <= warmup) return peak * step / warmup;
  if (settings.schedule == "constant") return peak;
  if (settings.schedule == "cosine") {
    const double progress = std::clamp((step - warmup) / std::max(1.0, steps - warmup), 0.0, 1.0);
    return peak * (0.1 + 0.45 * (1.0 + std::cos(std::numbers::pi * progress)));
  }
  const double decay = 0.2 * steps;
  return peak * std::clamp((steps - step) / decay, 0.0, 1.0);
}

}  // namespace mhc
