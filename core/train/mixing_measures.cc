#include "core/train/mixing_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/model/kernels/depth_kernels.h"
#include "core/model/kernels/site_kernels.h"
#include "core/train/site_measures.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Sums of the maps [L·P,4] and the composites of all sites [P,n·n].
struct Depth {
  explicit Depth(const TokenArrays& maps)
      : tokens(maps.tokens),
        sums(maps.places * maps.tokens, kernels::kEndsOfSums),
        composites(maps.tokens, maps.rows * maps.rows) {}
  EndsOfSums SumsAt(std::int64_t site, std::int64_t token) const {
    const auto ends = sums.row(site * tokens + token);
    return {ends(0), ends(1), ends(2), ends(3)};
  }
  std::int64_t tokens;
  Matrix sums, composites;
};

Depth WalkDepthOf(const TokenArrays& maps, const kernels::Place& place) {
  const std::int64_t n = maps.rows;
  Depth depth(maps);
  if (n <= kernels::kMostStreams) {
    kernels::DepthWalk walk{.sites = maps.places,
                            .tokens = maps.tokens,
                            .streams = static_cast<int>(n),
                            .maps = maps.values.data()};
    walk.sums = depth.sums.data();
    walk.composite = depth.composites.data();
    kernels::WalkDepth(walk, place);
    return depth;
  }
  for (std::int64_t token = 0; token < maps.tokens; ++token) {
    Matrix product = Matrix::Identity(n, n);
    for (std::int64_t site = 0; site < maps.places; ++site) {
      const EndsOfSums ends = EndsOfSumsOf(maps.At(site, token));
      depth.sums.row(site * maps.tokens + token) << ends.row_min, ends.row_max, ends.column_min,
          ends.column_max;
      product = (maps.At(site, token) * product).eval();
    }
    depth.composites.row(token) = product.reshaped<Eigen::RowMajor>().transpose();
  }
  return depth;
}

Matrix TokenMean(const TokenArrays& maps, std::int64_t site) {
  Matrix sum = Matrix::Zero(maps.rows, maps.rows);
  for (std::int64_t t = 0; t < maps.tokens; ++t) sum += maps.At(site, t);
  return sum / static_cast<double>(maps.tokens);
}

}  // namespace

TokenSpread TokenSpreadOf(std::span<const double> values) {
  TokenSpread spread{0.0, 0.0, values.front(), values.front()};
  const auto count = static_cast<double>(values.size());
  for (const double value : values) {
    spread.mean += value / count;
    // A NaN is kept: min and max that silently leave it out would hide it.
    spread.minimum = value < spread.minimum || std::isnan(value) ? value : spread.minimum;
    spread.maximum = value > spread.maximum || std::isnan(value) ? value : spread.maximum;
  }
  for (const double value : values) {
    spread.deviation += (value - spread.mean) * (value - spread.mean) / count;
  }
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

double LargestOrNan(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return kNan;
  return std::max(a, b);
}

std::vector<Matrix> TokenMeans(const TokenArrays& maps) {
  std::vector<Matrix> means;
  for (std::int64_t site = 0; site < maps.places; ++site) means.push_back(TokenMean(maps, site));
  return means;
}

EndsOfSums EndsOfSumsOf(const Matrix& matrix) {
  const TwoSidedGain ends = GainFromBothSides(matrix);
  return {ends.row_min, ends.row_max, ends.column_min, ends.column_max};
}

double EndsOfSums::ForwardGain() const {
  return LargestOrNan(std::abs(row_min), std::abs(row_max));
}
double EndsOfSums::BackwardGain() const {
  return LargestOrNan(std::abs(column_min), std::abs(column_max));
}
double EndsOfSums::RowError() const {
  return LargestOrNan(std::abs(row_min - 1.0), std::abs(row_max - 1.0));
}
double EndsOfSums::ColumnError() const {
  return LargestOrNan(std::abs(column_min - 1.0), std::abs(column_max - 1.0));
}

MixingScalars MeasureScalars(const TokenArrays& maps, const kernels::Place& place) {
  MixingScalars scalars;
  const auto tokens = static_cast<double>(maps.tokens);
  const Depth depth = WalkDepthOf(maps, place);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    double forward = 0.0, backward = 0.0;
    for (std::int64_t t = 0; t < maps.tokens; ++t) {
      const EndsOfSums sums = depth.SumsAt(site, t);
      forward += sums.ForwardGain() / tokens;
      backward += sums.BackwardGain() / tokens;
      scalars.row_error = LargestOrNan(scalars.row_error, sums.RowError());
      scalars.column_error = LargestOrNan(scalars.column_error, sums.ColumnError());
    }
    scalars.site_forward_gain = LargestOrNan(scalars.site_forward_gain, forward);
    scalars.site_backward_gain = LargestOrNan(scalars.site_backward_gain, backward);
    scalars.distance_to_identity +=
        DistanceToIdentity(TokenMean(maps, site)) / static_cast<double>(maps.places);
  }
  const std::int64_t n = maps.rows;
  // P, and P − J behind it.
  Matrix composites(2 * maps.tokens, n * n);
  composites << depth.composites, depth.composites.array() - 1.0 / static_cast<double>(n);
  const TokenArrays all{
      2, maps.tokens, n, n, {composites.data(), static_cast<std::size_t>(composites.size())}};
  const Matrix spectra = SpectraOf(all, place);
  std::vector<double> forward, backward;
  for (std::int64_t t = 0; t < maps.tokens; ++t) {
    const EndsOfSums sums = EndsOfSumsOf(all.At(0, t));
    forward.push_back(sums.ForwardGain());
    backward.push_back(sums.BackwardGain());
    scalars.composite_spectral_norm += spectra(t, 0) / tokens;
    scalars.composite_distance_to_uniform_spectral += spectra(maps.tokens + t, 0) / tokens;
  }
  scalars.composite_forward_gain = TokenSpreadOf(forward);
  scalars.composite_backward_gain = TokenSpreadOf(backward);
  return scalars;
}

}  // namespace mhc
