#include "widgets/measures/site_gain.h"

#include <cmath>

#include "core/manifold/spread.h"

namespace mhc {

std::vector<SiteGain> GainsOf(const Snapshot& snapshot) {
  constexpr std::size_t kNumbersASite = 4;
  std::vector<SiteGain> gains;
  const std::vector<float>& data = snapshot.data;
  for (std::size_t i = 0; i + kNumbersASite <= data.size(); i += kNumbersASite) {
    gains.push_back({data[i], data[i + 1], data[i + 2], data[i + 3]});
  }
  return gains;
}

std::vector<SiteGain> OverSeeds(const std::vector<std::vector<SiteGain>>& runs) {
  if (runs.size() == 1) return runs.front();
  std::vector<SiteGain> gains;
  for (std::size_t site = 0; site < runs.front().size(); ++site) {
    std::vector<double> means;
    means.reserve(runs.size());
    for (const std::vector<SiteGain>& run : runs) means.push_back(run[site].mean);
    const Spread spread = SpreadOf(means);
    double square = 0.0;
    for (const double mean : means) square += (mean - spread.mean) * (mean - spread.mean);
    gains.push_back({spread.mean, std::sqrt(square / static_cast<double>(means.size())),
                     spread.minimum, spread.maximum});
  }
  return gains;
}

}  // namespace mhc
