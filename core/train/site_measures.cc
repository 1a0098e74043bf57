#include "core/train/site_measures.h"

#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/manifold/diagnostics/token_dependence.h"
#include "core/train/mixing_measures.h"

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

Matrix StreamDiversity(const TokenArrays& factors) {
  Matrix result = Matrix::Zero(factors.places, 2);
  for (std::int64_t place = 0; place < factors.places; ++place) {
    for (std::int64_t t = 0; t < factors.tokens; ++t) {
      const Matrix streams = factors.At(place, t).transpose();
      result(place, 0) += DiversityEnergy(streams);
      result(place, 1) += EffectiveRank(streams);
    }
  }
  return result / static_cast<double>(factors.tokens);
}

// The oracle's groups are the entries of the map, each over the tokens.
Vector TokenDependenceBySite(const TokenArrays& maps) {
  const std::int64_t entries = maps.rows * maps.columns;
  Vector result(maps.places);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    std::vector<Matrix> by_entry(entries, Matrix(maps.tokens, 1));
    for (std::int64_t t = 0; t < maps.tokens; ++t) {
      const Eigen::Map<const Matrix> map = maps.At(site, t);
      for (std::int64_t entry = 0; entry < entries; ++entry) {
        by_entry[entry](t, 0) = map.data()[entry];
      }
    }
    result(site) = TokenDependence(by_entry);
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
