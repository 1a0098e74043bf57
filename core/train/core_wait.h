// Whether this process gets the processor's cores that its threads ask for, or shares them with
// other programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace mhc {

// Thread rule: one thread; the threads that it looks at are those of the whole process.
class CoreWait {
 public:
  using Clock = std::chrono::steady_clock;

  // What a shorter one tells is not worth a word: starts and saves are stretches of their own.
  static constexpr std::chrono::seconds kStretch{10};
  // Of a stretch, from which on it is worth a word.
  static constexpr double kWorthSaying = 0.2;

  // `proc` as Linux fills it; where it tells nothing, there is never anything to say.
  explicit CoreWait(std::filesystem::path proc = "/proc", Clock::duration stretch = kStretch);

  // To be called after each step. Where a stretch is over by `now`: the share of it that the thread
  // which waited longest stood in line for a core, with what a hypervisor gave to other guests.
  std::optional<double> ShareOfStretch(Clock::time_point now);

 private:
  struct Sample {
    Clock::time_point at;
    std::map<std::string, std::uint64_t> waited;  // nanoseconds in line, by thread
    double stolen = 0.0;                          // seconds, mean of all cores
  };
  Sample Look(Clock::time_point now) const;

  std::filesystem::path proc_;
  Clock::duration stretch_;
  std::optional<Sample> last_;
};

// What a person is told of it: "other programs use the cores too: …".
std::string CoreWaitSentence(double share, std::int64_t threads);

}  // namespace mhc
