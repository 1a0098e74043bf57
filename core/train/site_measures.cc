#include "core/train/site_measures.h"

#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/train/mixing_measures.h"
#include "core/train/token_threads.h"

namespace mhc {

Matrix LogitRanges(const TokenArrays& ranges) {
  Matrix result(ranges.places, 4);
  for (std::int64_t site = 0; site < ranges.places; ++site) {
    std::vector<double> values;
    for (std::int64_t t = 0; t < ranges.tokens; ++t) values.push_back(ranges.At(site, t)(0, 0));
    const TokenSpread spread = TokenSpreadOf(values);
    result.row(site) << spread.mean, spread.deviation, spread.maximum, WideShare(values);
  }
  return result;
}

Matrix StreamUse(const TokenArrays& pre, const TokenArrays& post) {
  Matrix result = Matrix::Zero(pre.places, 4);
  const auto add = [&result](std::int64_t site, Eigen::Index column, const TokenArrays& weights) {
    for (std::int64_t t = 0; t < weights.tokens; ++t) {
      const Vector shares = StreamShares(weights.At(site, t).row(0).cwiseAbs().transpose());
      result(site, column) += EffectiveStreams(shares);
      result(site, column + 1) += FindDominantStream(shares).share;
    }
  };
  for (std::int64_t site = 0; site < pre.places; ++site) {
    add(site, 0, pre);
    add(site, 2, post);
  }
  return result / static_cast<double>(pre.tokens);
}

Matrix StreamDiversity(const TokenArrays& grams, int threads) {
  Matrix energies(grams.places, grams.tokens), ranks(grams.places, grams.tokens);
  ForEachToken(grams.tokens, threads, [&](std::int64_t token) {
    for (std::int64_t place = 0; place < grams.places; ++place) {
      energies(place, token) = DiversityEnergyOfGram(grams.At(place, token));
      ranks(place, token) = EffectiveRankOfGram(grams.At(place, token));
    }
  });
  Matrix result(grams.places, 2);
  result << energies.rowwise().mean(), ranks.rowwise().mean();
  return result;
}

Vector TokenDependenceBySite(const std::vector<Matrix>& res_mean,
                             const std::vector<Matrix>& res_deviation) {
  Vector result(res_mean.size());
  for (std::size_t site = 0; site < res_mean.size(); ++site) {
    const Matrix& mean = res_mean[site];
    const double all = mean.mean(), over_tokens = res_deviation[site].squaredNorm();
    const double total = over_tokens + (mean.array() - all).square().sum();
    // What the rounding of the means leaves of equal entries is no variance.
    const double rounding = 4.0 * std::numeric_limits<double>::epsilon() * std::abs(all);
    const bool varies = !(total <= static_cast<double>(mean.size()) * rounding * rounding);
    result(static_cast<Eigen::Index>(site)) = varies ? over_tokens / total : 0.0;
  }
  return result;
}

Matrix DepthKernelOfMeans(const Matrix& pre_mean, const Matrix& post_mean,
                          const std::vector<Matrix>& res_mean) {
  std::vector<SiteMaps> sites;
  for (std::size_t site = 0; site < res_mean.size(); ++site) {
    const auto row = static_cast<Eigen::Index>(site);
    sites.push_back({pre_mean.row(row), post_mean.row(row), res_mean[site]});
  }
  return DepthKernel(sites);
}

}  // namespace mhc
