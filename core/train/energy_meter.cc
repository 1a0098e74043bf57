#include "core/train/energy_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace mhc {
namespace {

namespace fs = std::filesystem;

template <class T>
std::optional<T> Read(const fs::path& file) {
  std::ifstream stream(file);
  T value{};
  if (!(stream >> value)) return std::nullopt;
  return value;
}

// "intel-rapl:0" and "intel-rapl:0:1", whichever maker's processor it is; not "intel-rapl-mmio:0",
// which counts a package once more.
bool IsPackageOrBelow(const std::string& zone) { return zone.starts_with("intel-rapl:"); }

bool Counts(const std::string& name) { return name.starts_with("package") || name == "dram"; }

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& zones) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::directory_iterator entry(zones, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (IsPackageOrBelow(entry->path().filename())) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& zone : found) {
    const auto name = Read<std::string>(zone / "name");
    if (name && Counts(*name) && reason_.empty()) Take(zone);
  }
  if (zones_.empty() && reason_.empty()) {
    reason_ = fmt::format("energy is not told: {} has no package", zones.string());
  }
}

void EnergyMeter::Take(const fs::path& zone) {
  const fs::path counter = zone / "energy_uj";
  const auto now = Read<std::uint64_t>(counter);
  if (!now) {
    reason_ = fmt::format("energy is not told: {} may not be read", counter.string());
    zones_.clear();
    return;
  }
  const auto range = Read<std::uint64_t>(zone / "max_energy_range_uj");
  zones_.push_back({counter, range.value_or(0), *now});
}

std::optional<double> EnergyMeter::JoulesSinceLast() {
  if (!tells()) return std::nullopt;
  double microjoules = 0.0;
  for (Zone& zone : zones_) {
    const auto now = Read<std::uint64_t>(zone.counter);
    if (!now) return std::nullopt;
    const std::uint64_t round = *now < zone.last ? zone.range : 0;
    if (*now + round < zone.last) return std::nullopt;
    microjoules += static_cast<double>(*now + round - zone.last);
    zone.last = *now;
  }
  return 1e-6 * microjoules;
}

}  // namespace mhc
