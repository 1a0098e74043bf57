#include "core/plan/thread_choice.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "core/plan/plan.h"

namespace mhc {
namespace {

int ReadNumber(const std::string& path) {
  std::ifstream file(path);
  int number = -1;
  file >> number;
  return number;
}

}  // namespace

std::int64_t ChooseThreads(const Configuration& configuration, std::int64_t cores) {
  constexpr double kWorkOfAThread = 1e9;  // floating-point operations: about 10 ms
  if (configuration.threads > 0) return configuration.threads;
  const std::int64_t tokens = configuration.train.batch * configuration.model.context;
  const double work = PlanOf(configuration).flops_per_token * static_cast<double>(tokens);
  const double worth = std::min(work / kWorkOfAThread, static_cast<double>(cores));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(worth));
}

std::int64_t PhysicalCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 1;
  std::set<std::pair<int, int>> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string topology = fmt::format("/sys/devices/system/cpu/cpu{}/topology/", cpu);
    const int core = ReadNumber(topology + "core_id");
    // Where the kernel does not tell, every processor counts as a core of its own.
    cores.emplace(ReadNumber(topology + "physical_package_id"), core < 0 ? -1 - cpu : core);
  }
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(cores.size()));
}

}  // namespace mhc
