#include "core/train/mixing_profile.h"

#include <algorithm>
#include <cmath>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/token_dependence.h"
#include "core/model/kernels/depth_kernels.h"
#include "core/model/kernels/site_kernels.h"
#include "core/train/token_threads.h"

namespace mhc {
namespace {

// The same few numbers of every site and token.
class ByToken {
 public:
  ByToken(const TokenArrays& maps, std::int64_t width)
      : tokens_(maps.tokens), values_(maps.places * maps.tokens, width) {}

  double* data() { return values_.data(); }
  auto At(std::int64_t site, std::int64_t token) { return values_.row(site * tokens_ + token); }
  OverTokens Over() const { return OverTokensOf(values_, tokens_); }
  Vector MeanOf(std::int64_t site) const {
    return values_.middleRows(site * tokens_, tokens_).colwise().sum().transpose() /
           static_cast<double>(tokens_);
  }
  // Of what is made of their four numbers.
  TokenSpread SpreadOf(std::int64_t site, double (EndsOfSums::*gain)() const) const {
    std::vector<double> gains;
    for (std::int64_t t = 0; t < tokens_; ++t) {
      const auto ends = values_.row(site * tokens_ + t);
      const EndsOfSums sums{ends(0), ends(1), ends(2), ends(3)};
      gains.push_back((sums.*gain)());
    }
    return TokenSpreadOf(gains);
  }
  TokenArrays AsSquares(const TokenArrays& maps) const {
    return {maps.places,
            maps.tokens,
            maps.rows,
            maps.rows,
            {values_.data(), static_cast<std::size_t>(values_.size())}};
  }

 private:
  std::int64_t tokens_;
  Matrix values_;
};

// What one walk along the depth and back leaves of each token.
struct Walks {
  explicit Walks(const TokenArrays& maps)
      : sums(maps, kernels::kEndsOfSums),
        prefix_sums(maps, kernels::kEndsOfSums),
        suffix_sums(maps, kernels::kEndsOfSums),
        prefix(maps, maps.rows * maps.rows),
        suffix(maps, maps.rows * maps.rows) {}

  ByToken sums, prefix_sums, suffix_sums;  // smallest and largest row sum, then column sum
  ByToken prefix, suffix;
};

void Leave(const Matrix& matrix, std::int64_t site, std::int64_t token, ByToken& sums) {
  const EndsOfSums ends = EndsOfSumsOf(matrix);
  sums.At(site, token) << ends.row_min, ends.row_max, ends.column_min, ends.column_max;
}

// Of more streams than the kernels take.
void WalkToken(const TokenArrays& maps, std::int64_t token, Walks& walks) {
  const std::int64_t n = maps.rows;
  Matrix product = Matrix::Identity(n, n);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    Leave(maps.At(site, token), site, token, walks.sums);
    product = (maps.At(site, token) * product).eval();
    Leave(product, site, token, walks.prefix_sums);
    walks.prefix.At(site, token) = product.reshaped<Eigen::RowMajor>().transpose();
  }
  product = Matrix::Identity(n, n);
  for (std::int64_t site = maps.places - 1; site >= 0; --site) {
    product = (product * maps.At(site, token)).eval();
    Leave(product, site, token, walks.suffix_sums);
    walks.suffix.At(site, token) = product.reshaped<Eigen::RowMajor>().transpose();
  }
}

Walks WalkAll(const TokenArrays& maps, const kernels::Place& place) {
  Walks walks(maps);
  if (maps.rows <= kernels::kMostStreams) {
    kernels::WalkDepth({.sites = maps.places,
                        .tokens = maps.tokens,
                        .streams = static_cast<int>(maps.rows),
                        .maps = maps.values.data(),
                        .sums = walks.sums.data(),
                        .prefix = walks.prefix.data(),
                        .prefix_sums = walks.prefix_sums.data(),
                        .suffix = walks.suffix.data(),
                        .suffix_sums = walks.suffix_sums.data()},
                       place);
  } else {
    ForEachToken(maps.tokens, place.threads,
                 [&](std::int64_t token) { WalkToken(maps, token, walks); });
  }
  return walks;
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

MixingProfile MeasureProfile(const TokenArrays& maps, const kernels::Place& place) {
  const Walks walks = WalkAll(maps, place);
  MixingProfile profile;
  profile.prefix_two_sided_gain = walks.prefix_sums.Over();
  profile.suffix_two_sided_gain = walks.suffix_sums.Over();
  profile.singular_values = OverTokensOf(SpectraOf(maps, place), maps.tokens);
  profile.prefix_singular_values =
      OverTokensOf(SpectraOf(walks.prefix.AsSquares(maps), place), maps.tokens);
  profile.res_mean = TokenMeans(maps);
  for (std::int64_t site = 0; site < maps.places; ++site) {
    profile.res_deviation.push_back(DeviationOverTokens(maps, site));
    profile.forward_gain.push_back(walks.sums.SpreadOf(site, &EndsOfSums::ForwardGain));
    profile.backward_gain.push_back(walks.sums.SpreadOf(site, &EndsOfSums::BackwardGain));
    profile.prefix_forward_gain.push_back(
        walks.prefix_sums.SpreadOf(site, &EndsOfSums::ForwardGain));
    profile.prefix_mean.push_back(AsSquare(walks.prefix.MeanOf(site), maps.rows));
    profile.suffix_backward_gain.push_back(
        walks.suffix_sums.SpreadOf(site, &EndsOfSums::BackwardGain));
    profile.suffix_mean.push_back(AsSquare(walks.suffix.MeanOf(site), maps.rows));
  }
  profile.token_mean_product = Product(profile.res_mean);
  return profile;
}

}  // namespace mhc
