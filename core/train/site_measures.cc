#include "core/train/site_measures.h"

#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/manifold/diagnostics/token_dependence.h"
#include "core/model/kernels/depth_kernels.h"
#include "core/model/kernels/site_kernels.h"
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

OverTokens OverTokensOf(const Matrix& values, std::int64_t tokens) {
  const Eigen::Index places = values.rows() / tokens;
  OverTokens over{Matrix(places, values.cols()), Matrix(places, values.cols())};
  for (Eigen::Index place = 0; place < places; ++place) {
    const auto block = values.middleRows(place * tokens, tokens);
    over.mean.row(place) = block.colwise().sum() / static_cast<double>(tokens);
    over.deviation.row(place) = TokenDeviation(block).transpose();
  }
  return over;
}

OverTokens StreamUse(const TokenArrays& pre, const TokenArrays& post) {
  Matrix values(pre.places * pre.tokens, 4);
  const auto measure = [&values](Eigen::Index column, const TokenArrays& weights) {
    for (std::int64_t row = 0; row < values.rows(); ++row) {
      const Vector shares =
          StreamShares(weights.At(0, row).row(0).cwiseAbs().transpose());  // place by place
      values(row, column) = EffectiveStreams(shares);
      values(row, column + 1) = FindDominantStream(shares).share;
    }
  };
  measure(0, pre);
  measure(2, post);
  return OverTokensOf(values, pre.tokens);
}

Matrix SpectraOf(const TokenArrays& matrices, const kernels::Place& place) {
  const std::int64_t count = matrices.places * matrices.tokens, n = matrices.rows;
  Matrix values(count, n);
  if (n <= kernels::kMostStreams) {
    kernels::SingularValues({count, static_cast<int>(n), matrices.values.data(), values.data()},
                            place);
  } else {
    ForEachToken(count, place.threads, [&](std::int64_t row) {
      values.row(row) = SingularValues(matrices.At(0, row)).transpose();
    });
  }
  return values;
}

OverTokens StreamDiversity(const TokenArrays& grams, const kernels::Place& place) {
  const Matrix squares = SpectraOf(grams, place);
  Matrix values(squares.rows(), 2);
  for (std::int64_t row = 0; row < values.rows(); ++row) {
    values(row, 0) = DiversityEnergyOfGram(grams.At(0, row));
    values(row, 1) = EffectiveRankOfSquares(squares.row(row).transpose());
  }
  return OverTokensOf(values, grams.tokens);
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
