#include "core/train/mixing_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/manifold/diagnostics/token_dependence.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Singular values, NaN where the matrix is not finite (an exploded composite is a result, no bug).
Vector SpectrumOf(const Matrix& matrix) {
  if (!matrix.allFinite()) return Vector::Constant(matrix.rows(), kNan);
  return SingularValues(matrix);
}

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
  void ExtendRight(const TokenArrays& maps, std::int64_t site) {
    for (std::size_t t = 0; t < products_.size(); ++t) {
      products_[t] = products_[t] * maps.At(site, static_cast<std::int64_t>(t));
    }
  }

  template <class Function>
  TokenSpread Over(Function value) const {
    std::vector<double> values;
    for (const Matrix& product : products_) values.push_back(value(product));
    return TokenSpreadOf(values);
  }
  Matrix Mean() const {
    Matrix sum = Matrix::Zero(products_[0].rows(), products_[0].cols());
    for (const Matrix& product : products_) sum += product;
    return sum / static_cast<double>(products_.size());
  }
  // Smallest and largest row sum, smallest and largest column sum.
  Eigen::RowVector4d MeanTwoSidedGain() const {
    Eigen::RowVector4d sum = Eigen::RowVector4d::Zero();
    for (const Matrix& product : products_) {
      const TwoSidedGain gain = GainFromBothSides(product);
      sum += Eigen::RowVector4d(gain.row_min, gain.row_max, gain.column_min, gain.column_max);
    }
    return sum / static_cast<double>(products_.size());
  }
  Vector MeanSpectrum() const {
    Vector sum = Vector::Zero(products_[0].rows());
    for (const Matrix& product : products_) sum += SpectrumOf(product);
    return sum / static_cast<double>(products_.size());
  }

 private:
  std::vector<Matrix> products_;
};

double Forward(const Matrix& matrix) { return Gain(matrix).forward; }
double Backward(const Matrix& matrix) { return Gain(matrix).backward; }

template <class Function>
TokenSpread OverTokens(const TokenArrays& maps, std::int64_t site, Function value) {
  std::vector<double> values;
  for (std::int64_t t = 0; t < maps.tokens; ++t) values.push_back(value(maps.At(site, t)));
  return TokenSpreadOf(values);
}

Matrix TokenMean(const TokenArrays& maps, std::int64_t site) {
  Matrix sum = Matrix::Zero(maps.rows, maps.rows);
  for (std::int64_t t = 0; t < maps.tokens; ++t) sum += maps.At(site, t);
  return sum / static_cast<double>(maps.tokens);
}

// √(Σ_t (H_t − H̄)² / P) of every entry.
Matrix DeviationOverTokens(const TokenArrays& maps, std::int64_t site) {
  Matrix coefficients(maps.tokens, maps.rows * maps.columns);
  for (std::int64_t t = 0; t < maps.tokens; ++t) {
    coefficients.row(t) = maps.At(site, t).reshaped<Eigen::RowMajor>().transpose();
  }
  return TokenDeviation(coefficients).reshaped<Eigen::RowMajor>(maps.rows, maps.columns);
}

}  // namespace

TokenSpread TokenSpreadOf(const std::vector<double>& values) {
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
  scalars.composite_distance_to_uniform =
      composites.Over([&](const Matrix& p) { return SpectralNormOf(p - uniform); }).mean;
  return scalars;
}

MixingProfile MeasureProfile(const TokenArrays& maps) {
  MixingProfile profile;
  Composites prefix(maps.tokens, maps.rows), suffix(maps.tokens, maps.rows);
  profile.suffix_mean.resize(maps.places);
  profile.suffix_backward_gain.resize(maps.places);
  profile.prefix_two_sided_gain.resize(maps.places, 4);
  profile.suffix_two_sided_gain.resize(maps.places, 4);
  profile.res_mean = TokenMeans(maps);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    profile.res_deviation.push_back(DeviationOverTokens(maps, site));
    profile.forward_gain.push_back(OverTokens(maps, site, Forward));
    profile.backward_gain.push_back(OverTokens(maps, site, Backward));
    Vector spectrum = Vector::Zero(maps.rows);
    for (std::int64_t t = 0; t < maps.tokens; ++t) spectrum += SpectrumOf(maps.At(site, t));
    profile.singular_values.push_back(spectrum / static_cast<double>(maps.tokens));

    prefix.ExtendLeft(maps, site);
    profile.prefix_forward_gain.push_back(prefix.Over(Forward));
    profile.prefix_two_sided_gain.row(site) = prefix.MeanTwoSidedGain();
    profile.prefix_mean.push_back(prefix.Mean());
    profile.prefix_singular_values.push_back(prefix.MeanSpectrum());

    const std::int64_t mirrored = maps.places - 1 - site;
    suffix.ExtendRight(maps, mirrored);
    profile.suffix_backward_gain[mirrored] = suffix.Over(Backward);
    profile.suffix_two_sided_gain.row(mirrored) = suffix.MeanTwoSidedGain();
    profile.suffix_mean[mirrored] = suffix.Mean();
  }
  profile.token_mean_product = Product(profile.res_mean);
  return profile;
}

}  // namespace mhc
