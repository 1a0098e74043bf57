#include "core/train/mixing_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double SpectralNormOf(const Matrix& matrix) {
  return matrix.allFinite() ? SpectralNorm(matrix) : kNan;
}

// Per-token composites of one direction, extended site by site; sums for the token mean.
class Composites {
 public:
  Composites(std::int64_t tokens, std::int64_t n) : products_(tokens, Matrix::Identity(n, n)) {}

  void ExtendLeft(const TokenArrays& maps, std::int64_t site) {
    for (std::size_t t = 0; t < products_.size(); ++t) {
      products_[t] = maps.At(site, static_cast<std::int64_t>(t)) * products_[t];
    }
  }

  template <class Function>
  TokenSpread Over(Function value) const {
    std::vector<double> values;
    for (const Matrix& product : products_) values.push_back(value(product));
    return TokenSpreadOf(values);
  }

 private:
  std::vector<Matrix> products_;
};

double Forward(const Matrix& matrix) { return Gain(matrix).forward; }
double Backward(const Matrix& matrix) { return Gain(matrix).backward; }

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

MixingScalars MeasureScalars(const TokenArrays& maps) {
  MixingScalars scalars;
  Composites composites(maps.tokens, maps.rows);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    double forward = 0.0, backward = 0.0;
    for (std::int64_t t = 0; t < maps.tokens; ++t) {
      const Matrix h = maps.At(site, t);
      const StreamGain gain = Gain(h);
      forward += gain.forward / static_cast<double>(maps.tokens);
      backward += gain.backward / static_cast<double>(maps.tokens);
      scalars.row_error = LargestOrNan(scalars.row_error, RowError(h));
      scalars.column_error = LargestOrNan(scalars.column_error, ColumnError(h));
    }
    scalars.site_forward_gain = LargestOrNan(scalars.site_forward_gain, forward);
    scalars.site_backward_gain = LargestOrNan(scalars.site_backward_gain, backward);
    scalars.distance_to_identity +=
        DistanceToIdentity(TokenMean(maps, site)) / static_cast<double>(maps.places);
    composites.ExtendLeft(maps, site);
  }
  const Matrix uniform =
      Matrix::Constant(maps.rows, maps.rows, 1.0 / static_cast<double>(maps.rows));
  scalars.composite_forward_gain = composites.Over(Forward);
  scalars.composite_backward_gain = composites.Over(Backward);
  scalars.composite_spectral_norm = composites.Over(SpectralNormOf).mean;
  scalars.composite_distance_to_uniform_spectral =
      composites.Over([&](const Matrix& p) { return SpectralNormOf(p - uniform); }).mean;
  return scalars;
}

}  // namespace mhc
