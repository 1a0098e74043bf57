// The energy that this machine's processors and memory have taken, where the system tells it.
//
// Linux tells by the counters of its power capping framework: one zone a processor package, with
// zones below it of which `dram` is memory that the package's own counter leaves out. They count
// everything that the machine does, not this process alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mhc {

// Thread rule: one thread.
class EnergyMeter {
 public:
  // `zones` as Linux fills it.
  explicit EnergyMeter(const std::filesystem::path& zones = "/sys/class/powercap");

  // Empty where nothing counts or a counter may not be read; then `reason` says why.
  bool tells() const { return reason_.empty(); }
  // One sentence: "energy is not told: …".
  const std::string& reason() const { return reason_; }

  // Joules since the call before, or since construction; empty where nothing is told. A counter
  // that has begun again from 0 is followed, which takes a look at least once a round: a package
  // at 200 W goes round in twenty minutes.
  std::optional<double> JoulesSinceLast();

 private:
  struct Zone {
    std::filesystem::path counter;
    std::uint64_t range = 0, last = 0;  // microjoules
  };
  void Take(const std::filesystem::path& zone);

  std::vector<Zone> zones_;
  std::string reason_;
};

}  // namespace mhc
