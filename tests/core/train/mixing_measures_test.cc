#include "core/train/mixing_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "../model/kernels/thread_share.h"
#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

constexpr int kMapSites = 3, kMapTokens = 5, kStreams = 4;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// H_res of every site and token, with their numbers.
struct OwnedMaps {
  std::vector<double> res = {};

  operator TokenArrays() const { return {kMapSites, kMapTokens, kStreams, kStreams, res}; }
  Matrix At(int site, int token) const { return TokenArrays(*this).At(site, token); }
};

OwnedMaps RandomMaps(unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  OwnedMaps maps;
  for (int i = 0; i < kMapSites * kMapTokens * kStreams * kStreams; ++i) {
    maps.res.push_back(normal(engine));
  }
  return maps;
}

std::vector<Matrix> SitesOf(const OwnedMaps& maps, int token) {
  std::vector<Matrix> sites;
  for (int site = 0; site < kMapSites; ++site) sites.push_back(maps.At(site, token));
  return sites;
}

// The mean over the tokens of what `value` makes of each token's maps, oldest first.
template <class Function>
double MeanOver(const OwnedMaps& maps, Function value) {
  double sum = 0.0;
  for (int t = 0; t < kMapTokens; ++t) sum += value(SitesOf(maps, t));
  return sum / kMapTokens;
}

void ExpectNear(const Matrix& found, const Matrix& expected) {
  EXPECT_LE((found - expected).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(TokenSpreadOf, GivesMeanDeviationAndExtremes) {
  const TokenSpread spread = TokenSpreadOf(std::vector{1.0, 2.0, 3.0, 6.0});
  EXPECT_DOUBLE_EQ(spread.mean, 3.0);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(3.5));
  EXPECT_EQ(spread.minimum, 1.0);
  EXPECT_EQ(spread.maximum, 6.0);
}

TEST(TokenSpreadOf, HidesNoNan) {
  for (int at = 0; at < 3; ++at) {
    std::vector<double> values = {1.0, 2.0, 3.0};
    values[at] = kNan;
    const TokenSpread spread = TokenSpreadOf(values);
    EXPECT_TRUE(std::isnan(spread.mean) && std::isnan(spread.deviation)) << at;
    EXPECT_TRUE(std::isnan(spread.minimum) && std::isnan(spread.maximum)) << at;
  }
}

TEST(MixingMeasures, CompositesAreFormedPerTokenWithTheNewestOnTheLeft) {
  const OwnedMaps maps = RandomMaps(1);
  const MixingScalars scalars = MeasureScalars(maps);
  const auto product = [](const std::vector<Matrix>& h) { return Matrix(h[2] * h[1] * h[0]); };
  const Matrix uniform = Matrix::Constant(kStreams, kStreams, 0.25);
  const double forward = MeanOver(maps, [&](const auto& h) { return Gain(product(h)).forward; });
  EXPECT_NEAR(scalars.composite_forward_gain.mean, forward, 1e-12 * forward);
  const double backward = MeanOver(maps, [&](const auto& h) { return Gain(product(h)).backward; });
  EXPECT_NEAR(scalars.composite_backward_gain.mean, backward, 1e-12 * backward);
  EXPECT_NEAR(scalars.composite_spectral_norm,
              MeanOver(maps, [&](const auto& h) { return SpectralNorm(product(h)); }), 1e-10);
  EXPECT_NEAR(scalars.composite_distance_to_uniform_spectral,
              MeanOver(maps, [&](const auto& h) { return SpectralNorm(product(h) - uniform); }),
              1e-10);
  EXPECT_GT(scalars.composite_forward_gain.maximum, scalars.composite_forward_gain.minimum);
}

TEST(MixingMeasures, SingleSiteScalarsAreTheLargestOverTheSites) {
  const OwnedMaps maps = RandomMaps(2);
  const MixingScalars scalars = MeasureScalars(maps);
  double forward = 0.0, backward = 0.0, rows = 0.0, columns = 0.0, identity = 0.0;
  for (int site = 0; site < kMapSites; ++site) {
    forward =
        std::max(forward, MeanOver(maps, [&](const auto& h) { return Gain(h[site]).forward; }));
    backward =
        std::max(backward, MeanOver(maps, [&](const auto& h) { return Gain(h[site]).backward; }));
    Matrix mean = Matrix::Zero(kStreams, kStreams);
    for (int t = 0; t < kMapTokens; ++t) {
      rows = std::max(rows, RowError(maps.At(site, t)));
      columns = std::max(columns, ColumnError(maps.At(site, t)));
      mean += maps.At(site, t) / kMapTokens;
    }
    identity += DistanceToIdentity(mean) / kMapSites;
  }
  EXPECT_NEAR(scalars.site_forward_gain, forward, 1e-12);
  EXPECT_NEAR(scalars.site_backward_gain, backward, 1e-12);
  EXPECT_NEAR(scalars.row_error, rows, 1e-12);
  EXPECT_NEAR(scalars.column_error, columns, 1e-12);
  EXPECT_NEAR(scalars.distance_to_identity, identity, 1e-12);
}

TEST(MixingMeasures, PrefixAndSuffixAreTokenMeansOfThePartialProducts) {
  const OwnedMaps maps = RandomMaps(3);
  const MixingProfile profile = MeasureProfile(maps);
  for (int site = 0; site < kMapSites; ++site) {
    Matrix prefix = Matrix::Zero(kStreams, kStreams), suffix = prefix;
    for (int t = 0; t < kMapTokens; ++t) {
      const CompositeMapping composite = Compose(SitesOf(maps, t));
      prefix += composite.prefix[site] / kMapTokens;
      suffix += composite.suffix[site] / kMapTokens;
    }
    ExpectNear(profile.prefix_mean[site], prefix);
    ExpectNear(profile.suffix_mean[site], suffix);
    EXPECT_NEAR(
        profile.prefix_forward_gain[site].mean,
        MeanOver(maps, [&](const auto& h) { return Gain(Compose(h).prefix[site]).forward; }),
        1e-12);
    EXPECT_NEAR(
        profile.suffix_backward_gain[site].mean,
        MeanOver(maps, [&](const auto& h) { return Gain(Compose(h).suffix[site]).backward; }),
        1e-12);
    EXPECT_NEAR(
        profile.prefix_singular_values.mean(site, 0),
        MeanOver(maps, [&](const auto& h) { return SpectralNorm(Compose(h).prefix[site]); }),
        1e-10);
  }
  ExpectNear(profile.prefix_mean.back(), profile.suffix_mean.front());
}

TEST(MixingMeasures, TheProductOfTheTokenMeansIsAnotherNumberThanTheMeanComposite) {
  const OwnedMaps maps = RandomMaps(4);
  const MixingProfile profile = MeasureProfile(maps);
  const std::vector<Matrix> means = TokenMeans(maps);
  ExpectNear(profile.token_mean_product, means[2] * means[1] * means[0]);
  EXPECT_GT((profile.token_mean_product - profile.prefix_mean.back()).norm(), 0.1);
}

TEST(MixingMeasures, SingleMapsHaveMeanDeviationAndSpectrumOverTheTokens) {
  const OwnedMaps maps = RandomMaps(5);
  const MixingProfile profile = MeasureProfile(maps);
  for (int site = 0; site < kMapSites; ++site) {
    std::vector<double> entries;
    for (int t = 0; t < kMapTokens; ++t) entries.push_back(maps.At(site, t)(1, 2));
    const TokenSpread spread = TokenSpreadOf(entries);
    EXPECT_NEAR(profile.res_mean[site](1, 2), spread.mean, 1e-14);
    EXPECT_NEAR(profile.res_deviation[site](1, 2), spread.deviation, 1e-14);
    const auto mean_of = [&](int k) {
      return MeanOver(maps, [&](const auto& h) { return SingularValues(h[site])(k); });
    };
    for (int k = 0; k < kStreams; ++k) {
      EXPECT_NEAR(profile.singular_values.mean(site, k), mean_of(k), 1e-12);
    }
  }
}

TEST(MixingMeasures, TheNumberOfThreadsChangesNoBit) {
  const OwnedMaps maps = RandomMaps(6);
  const MixingProfile one = MeasureProfile(maps);
  for (const int threads : {2, 3, kMapTokens, 99}) {
    const MixingProfile shared =
        MeasureProfile(maps, {.threads = threads, .share = ShareAmongThreads});
    for (int site = 0; site < kMapSites; ++site) {
      EXPECT_EQ(shared.prefix_mean[site], one.prefix_mean[site]) << threads;
      EXPECT_EQ(shared.suffix_mean[site], one.suffix_mean[site]) << threads;
      EXPECT_EQ(shared.prefix_singular_values.deviation, one.prefix_singular_values.deviation);
      EXPECT_EQ(shared.forward_gain[site].deviation, one.forward_gain[site].deviation) << threads;
    }
  }
}

// Nine are more than the kernels take.
TEST(MixingMeasures, OfAnyNumberOfStreamsAreThoseOfTheOracle) {
  for (const int n : {1, 3, 8, 9}) {
    SCOPED_TRACE(n);
    std::vector<double> numbers;
    for (unsigned seed = 7; numbers.size() < std::size_t(kMapSites * kMapTokens * n * n); ++seed) {
      const OwnedMaps more = RandomMaps(seed);
      numbers.insert(numbers.end(), more.res.begin(), more.res.end());
    }
    const TokenArrays maps{kMapSites, kMapTokens, n, n,
                           std::span(numbers).first(std::size_t(kMapSites * kMapTokens * n * n))};
    const MixingProfile profile = MeasureProfile(maps, {.threads = 2, .share = ShareAmongThreads});
    const MixingScalars scalars = MeasureScalars(maps);
    Vector spectrum = Vector::Zero(n);
    Matrix composite = Matrix::Zero(n, n);
    double forward = 0.0, smallest_column = 0.0;
    for (int t = 0; t < kMapTokens; ++t) {
      const Matrix product = maps.At(2, t) * maps.At(1, t) * maps.At(0, t);
      composite += product / kMapTokens;
      spectrum += SingularValues(product) / kMapTokens;
      forward += Gain(product).forward / kMapTokens;
      smallest_column += GainFromBothSides(product).column_min / kMapTokens;
    }
    ExpectNear(profile.prefix_mean.back(), composite);
    ExpectNear(profile.suffix_mean.front(), composite);
    ExpectNear(profile.prefix_singular_values.mean.row(2).transpose(), spectrum);
    EXPECT_NEAR(profile.prefix_forward_gain.back().mean, forward, 1e-12 * forward);
    EXPECT_NEAR(profile.prefix_two_sided_gain.mean(2, 2), smallest_column, 1e-12 * forward);
    EXPECT_NEAR(scalars.composite_forward_gain.mean, forward, 1e-12 * forward);
    EXPECT_NEAR(scalars.composite_spectral_norm, spectrum(0), 1e-12 * spectrum(0));
  }
}

TEST(MixingMeasures, IdentitiesAreIdealInEveryScalar) {
  OwnedMaps maps;
  for (int i = 0; i < kMapSites * kMapTokens; ++i) {
    const Matrix identity = Matrix::Identity(kStreams, kStreams);
    maps.res.insert(maps.res.end(), identity.data(), identity.data() + identity.size());
  }
  const MixingScalars scalars = MeasureScalars(maps);
  EXPECT_EQ(scalars.site_forward_gain, 1.0);
  EXPECT_EQ(scalars.composite_backward_gain.mean, 1.0);
  EXPECT_EQ(scalars.composite_backward_gain.deviation, 0.0);
  EXPECT_EQ(scalars.row_error, 0.0);
  EXPECT_EQ(scalars.column_error, 0.0);
  EXPECT_EQ(scalars.distance_to_identity, 0.0);
  EXPECT_NEAR(scalars.composite_spectral_norm, 1.0, 1e-12);
  EXPECT_NEAR(scalars.composite_distance_to_uniform_spectral, 1.0, 1e-12);
}

class NanInOneMap : public testing::TestWithParam<int> {
 protected:
  static OwnedMaps Poisoned() {
    OwnedMaps maps = RandomMaps(6);
    const int at = (GetParam() * kMapTokens + 2) * kStreams * kStreams + 5;  // one token, one entry
    maps.res[at] = kNan;
    return maps;
  }
};

TEST_P(NanInOneMap, IsSeenInTheComposites) {
  const MixingScalars scalars = MeasureScalars(Poisoned());
  EXPECT_TRUE(std::isnan(scalars.composite_forward_gain.mean));
  EXPECT_TRUE(std::isnan(scalars.composite_backward_gain.maximum));
  EXPECT_TRUE(std::isnan(scalars.composite_spectral_norm));
  EXPECT_TRUE(std::isnan(scalars.composite_distance_to_uniform_spectral));
  EXPECT_TRUE(std::isnan(scalars.distance_to_identity));
}

TEST_P(NanInOneMap, IsSeenInTheLargestOverTheSites) {
  const MixingScalars scalars = MeasureScalars(Poisoned());
  EXPECT_TRUE(std::isnan(scalars.site_forward_gain));
  EXPECT_TRUE(std::isnan(scalars.site_backward_gain));
  EXPECT_TRUE(std::isnan(scalars.row_error));
  EXPECT_TRUE(std::isnan(scalars.column_error));
}

TEST_P(NanInOneMap, IsSeenInTheProfileOfItsSiteAndOfNoEarlierOne) {
  const MixingProfile profile = MeasureProfile(Poisoned());
  const auto site = static_cast<std::size_t>(GetParam());
  EXPECT_TRUE(std::isnan(profile.forward_gain[site].mean));
  EXPECT_TRUE(std::isnan(profile.singular_values.mean(site, 0)));
  for (std::size_t i = 0; i < kMapSites; ++i) {
    EXPECT_EQ(std::isnan(profile.prefix_forward_gain[i].mean), i >= site) << i;
    EXPECT_EQ(std::isnan(profile.suffix_backward_gain[i].mean), i <= site) << i;
    EXPECT_EQ(std::isnan(profile.prefix_singular_values.mean(i, 0)), i >= site) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(OfAnySite, NanInOneMap, testing::Range(0, kMapSites));

}  // namespace
}  // namespace mhc
