#include "core/train/mixing_profile.h"

#include <algorithm>
#include <cmath>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/token_dependence.h"
#include "core/train/token_threads.h"

namespace mhc {
namespace {

// The same few numbers of every site and token.
class ByToken {
 public:
  ByToken(const TokenArrays& maps, std::int64_t width)
      : tokens_(maps.tokens), values_(maps.places * maps.tokens, width) {}

  double* At(std::int64_t site, std::int64_t token) {
    return values_.row(site * tokens_ + token).data();
  }
  // Of one number.
  TokenSpread SpreadOf(std::int64_t site) const {
    return TokenSpreadOf({values_.data() + site * tokens_, static_cast<std::size_t>(tokens_)});
  }
  OverTokens Over() const { return OverTokensOf(values_, tokens_); }
  Vector MeanOf(std::int64_t site) const {
    return values_.middleRows(site * tokens_, tokens_).colwise().sum().transpose() /
           static_cast<double>(tokens_);
  }

 private:
  std::int64_t tokens_;
  Matrix values_;
};

// What one walk along the depth and back leaves of each token.
struct Walks {
  explicit Walks(const TokenArrays& maps)
      : forward(maps, 1),
        backward(maps, 1),
        prefix_forward(maps, 1),
        suffix_backward(maps, 1),
        prefix_sums(maps, 4),
        suffix_sums(maps, 4),
        spectrum(maps, maps.rows),
        prefix_spectrum(maps, maps.rows),
        prefix(maps, maps.rows * maps.rows),
        suffix(maps, maps.rows * maps.rows) {}

  ByToken forward, backward, prefix_forward, suffix_backward;
  ByToken prefix_sums, suffix_sums;  // smallest and largest row sum, then column sum
  ByToken spectrum, prefix_spectrum, prefix, suffix;
};

// Of a size known here nothing is allocated on the way: N streams, or Eigen::Dynamic.
template <int N>
using Square = Eigen::Matrix<double, N, N, Eigen::RowMajor>;

struct Sums {
  double row_min, row_max, column_min, column_max;

  // max |sum|, NaN where one is.
  double forward() const { return LargestOrNan(std::abs(row_min), std::abs(row_max)); }
  double backward() const { return LargestOrNan(std::abs(column_min), std::abs(column_max)); }
  void Store(double* to) const {
    for (const double value : {row_min, row_max, column_min, column_max}) *to++ = value;
  }
};

template <class Derived>
Sums SumsOf(const Eigen::MatrixBase<Derived>& matrix) {
  const auto rows = matrix.rowwise().sum().eval();
  const auto columns = matrix.colwise().sum().eval();
  return {rows.template minCoeff<Eigen::PropagateNaN>(),
          rows.template maxCoeff<Eigen::PropagateNaN>(),
          columns.template minCoeff<Eigen::PropagateNaN>(),
          columns.template maxCoeff<Eigen::PropagateNaN>()};
}

template <int N>
void StoreSpectrum(const Square<N>& matrix, double* to) {
  const auto values = [&matrix] {
    if constexpr (N == Eigen::Dynamic) {
      return SingularValues(matrix);
    } else {
      return SingularValuesOfFour(matrix);
    }
  }();
  std::copy(values.begin(), values.end(), to);
}

template <int N>
void WalkToken(const TokenArrays& maps, std::int64_t token, Walks& walks) {
  const std::int64_t n = maps.rows;
  const auto map_at = [&](std::int64_t site) -> Square<N> { return maps.At(site, token); };
  Square<N> product = Square<N>::Identity(n, n);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    const Square<N> h = map_at(site);
    const Sums single = SumsOf(h);
    *walks.forward.At(site, token) = single.forward();
    *walks.backward.At(site, token) = single.backward();
    StoreSpectrum<N>(h, walks.spectrum.At(site, token));
    product = (h * product).eval();
    const Sums sums = SumsOf(product);
    *walks.prefix_forward.At(site, token) = sums.forward();
    sums.Store(walks.prefix_sums.At(site, token));
    StoreSpectrum<N>(product, walks.prefix_spectrum.At(site, token));
    Eigen::Map<Square<N>>(walks.prefix.At(site, token), n, n) = product;
  }
  product = Square<N>::Identity(n, n);
  for (std::int64_t site = maps.places - 1; site >= 0; --site) {
    product = (product * map_at(site)).eval();
    const Sums sums = SumsOf(product);
    *walks.suffix_backward.At(site, token) = sums.backward();
    sums.Store(walks.suffix_sums.At(site, token));
    Eigen::Map<Square<N>>(walks.suffix.At(site, token), n, n) = product;
  }
}

Matrix AsSquare(const Vector& entries, std::int64_t n) {
  return entries.reshaped<Eigen::RowMajor>(n, n);
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

MixingProfile MeasureProfile(const TokenArrays& maps, int threads) {
  constexpr std::int64_t kUsualStreams = 4;
  Walks walks(maps);
  ForEachToken(maps.tokens, threads, [&](std::int64_t token) {
    if (maps.rows == kUsualStreams) {
      WalkToken<kUsualStreams>(maps, token, walks);
    } else {
      WalkToken<Eigen::Dynamic>(maps, token, walks);
    }
  });
  MixingProfile profile;
  profile.prefix_two_sided_gain = walks.prefix_sums.Over();
  profile.suffix_two_sided_gain = walks.suffix_sums.Over();
  profile.singular_values = walks.spectrum.Over();
  profile.prefix_singular_values = walks.prefix_spectrum.Over();
  profile.res_mean = TokenMeans(maps);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    profile.res_deviation.push_back(DeviationOverTokens(maps, site));
    profile.forward_gain.push_back(walks.forward.SpreadOf(site));
    profile.backward_gain.push_back(walks.backward.SpreadOf(site));
    profile.prefix_forward_gain.push_back(walks.prefix_forward.SpreadOf(site));
    profile.prefix_mean.push_back(AsSquare(walks.prefix.MeanOf(site), maps.rows));
    profile.suffix_backward_gain.push_back(walks.suffix_backward.SpreadOf(site));
    profile.suffix_mean.push_back(AsSquare(walks.suffix.MeanOf(site), maps.rows));
  }
  profile.token_mean_product = Product(profile.res_mean);
  return profile;
}

}  // namespace mhc
