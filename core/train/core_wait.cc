#include "core/train/core_wait.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace mhc {
namespace {

namespace fs = std::filesystem;

// "run wait slices", the times in nanoseconds.
std::optional<std::uint64_t> WaitedOf(const fs::path& task) {
  std::ifstream file(task / "schedstat");
  std::uint64_t ran = 0, waited = 0;
  if (!(file >> ran >> waited)) return std::nullopt;
  return waited;
}

// Of the line "cpu user nice system idle iowait irq softirq steal …", in ticks of all cores.
double StolenOf(const fs::path& proc) {
  constexpr int kSteal = 8;
  std::ifstream file(proc / "stat");
  std::string word;
  double ticks = 0.0;
  file >> word;
  for (int i = 0; i < kSteal; ++i) {
    if (!(file >> ticks)) return 0.0;
  }
  const auto cores = static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK)) / cores;
}

}  // namespace

CoreWait::CoreWait(fs::path proc, Clock::duration stretch)
    : proc_(std::move(proc)), stretch_(stretch) {}

CoreWait::Sample CoreWait::Look(Clock::time_point now) const {
  Sample sample{now, {}, StolenOf(proc_)};
  std::error_code error;
  fs::directory_iterator task(proc_ / "self" / "task", error);
  for (; !error && task != fs::directory_iterator(); task.increment(error)) {
    const auto waited = WaitedOf(task->path());
    if (waited) sample.waited[task->path().filename()] = *waited;
  }
  return sample;
}

std::optional<double> CoreWait::ShareOfStretch(Clock::time_point now) {
  if (last_ && now - last_->at < stretch_) return std::nullopt;
  const std::optional<Sample> before = std::exchange(last_, Look(now));
  if (!before) return std::nullopt;
  std::uint64_t longest = 0;
  for (const auto& [thread, waited] : last_->waited) {
    const auto known = before->waited.find(thread);
    const std::uint64_t earlier = known == before->waited.end() ? 0 : known->second;
    longest = std::max(longest, waited - std::min(waited, earlier));
  }
  const double seconds = std::chrono::duration<double>(now - before->at).count();
  const double stolen = std::max(0.0, last_->stolen - before->stolen);
  return std::min(1.0, (1e-9 * static_cast<double>(longest) + stolen) / seconds);
}

std::string CoreWaitSentence(double share, std::int64_t threads) {
  const std::string way_out =
      threads > 1 ? fmt::format("it trains with {} threads, and may go as fast with fewer", threads)
                  : std::string("it trains as fast as it gets the one core that it uses");
  return fmt::format(
      "other programs use the cores too: this run stood in line for them for {:.0f} % of the last "
      "seconds; {}",
      100 * share, way_out);
}

}  // namespace mhc
