#include "core/plan/thread_choice.h"

#include <algorithm>

#include "core/plan/plan.h"

namespace mhc {

std::int64_t ChooseThreads(const Configuration& configuration, std::int64_t cores) {
  constexpr double kWorkOfAThread = 1e9;  // floating-point operations: about 10 ms
  if (configuration.threads > 0) return configuration.threads;
  const std::int64_t tokens = configuration.train.batch * configuration.model.context;
  const double work = PlanOf(configuration).flops_per_token * static_cast<double>(tokens);
  const double worth = std::min(work / kWorkOfAThread, static_cast<double>(cores));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(worth));
}

}  // namespace mhc
