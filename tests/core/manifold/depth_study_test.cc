// The random-logit study over the depth: its draws, its composites, and what theory and the
// literature say that it must find.
#include "core/manifold/depth_study.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/core/manifold/every_constraint.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

DepthStudyOptions Options(std::string_view constraint, std::int64_t depth = 64,
                          std::int64_t trials = 400) {
  return {.choice = ParseConstraint(constraint).value(), .depth = depth, .trials = trials};
}

DepthStudy Study(const DepthStudyOptions& options) { return RunDepthStudy(options).value(); }

double Log10Of(const ByDepthMeasure<Spread>& spreads, DepthMeasure measure) {
  return std::log10(spreads[measure].median);
}

// The mean of signed sums that overflowed to both infinities has no value.
std::vector<double> AllNumbers(const ByDepthMeasure<Spread>& spreads) {
  std::vector<double> numbers;
  for (int measure = 0; measure < kDepthMeasures; ++measure) {
    const Spread& s = spreads[measure];
    numbers.insert(numbers.end(), {s.median, s.p1, s.p10, s.p90, s.p99, s.minimum, s.maximum});
    const bool has_sign = measure == kColumnSumMax || measure == kColumnSumMin;
    if (!has_sign) numbers.push_back(s.mean);
  }
  return numbers;
}

// G11: ½(ln 2 + ψ(n/2)) a layer.
TEST(DepthStudyOfNormalMatrices, GrowsByTheKnownExponentALayer) {
  for (const auto& [n, growth] : {std::pair(2, 0.05797), {4, 0.55797}, {8, 0.97463}}) {
    DepthStudyOptions options = Options("unconstrained");
    options.streams = n;
    const std::vector<double> norms = Study(options).profile[kSpectralNorm].median;
    EXPECT_NEAR(std::log(norms[63] / norms[15]) / 48.0, growth, 0.03) << n;
  }
}

TEST(DepthStudyOfNormalMatrices, HasThePublishedGainsAtDepth64) {
  const DepthStudy study = Study(Options("unconstrained"));
  EXPECT_NEAR(Log10Of(study.composite, kForwardGain), 15.8, 0.3);
  EXPECT_NEAR(Log10Of(study.composite, kBackwardGain), 15.8, 0.3);
  EXPECT_NEAR(Log10Of(study.composite, kNormInf), 16.2, 0.3);
  EXPECT_NEAR(std::log10(study.composite[kForwardGain].p10), 14.0, 0.4);
  EXPECT_NEAR(std::log10(study.composite[kForwardGain].p90), 17.5, 0.4);
}

// G1, G2.
TEST(DepthStudyOfDoublyStochasticMaps, KeepsBothSumsAndANormOfOne) {
  int maps = 0;
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    if (Guarantees(choice) != DoublyStochastic()) continue;
    ++maps;
    const DepthStudy study = Study({.choice = choice, .trials = 40, .logit_scale = 2.0});
    for (const auto& spreads : {study.composite, study.layer}) {
      EXPECT_LT(spreads[kRowError].maximum, 1e-12) << ToText(choice);
      EXPECT_LT(spreads[kColumnError].maximum, 1e-12) << ToText(choice);
      EXPECT_NEAR(spreads[kSpectralNorm].minimum, 1.0, 1e-12) << ToText(choice);
      EXPECT_NEAR(spreads[kSpectralNorm].maximum, 1.0, 1e-12) << ToText(choice);
    }
  }
  EXPECT_GE(maps, 6);
}

// G5, G7: median and p99 of the error of the sums normalised first, n = 4, 20 iterations.
TEST(DepthStudyOfSinkhorn, FindsThePublishedErrorOnTheSideNormalisedFirst) {
  for (const auto& [scale, median, p99] : {std::tuple(1.0, 3e-13, 2e-6),
                                           {2.0, 7e-7, 1.2e-2},
                                           {4.0, 3.0e-3, 4.4e-2},
                                           {6.0, 1.5e-2, 6.4e-2}}) {
    for (const bool rows_last : {true, false}) {
      DepthStudyOptions options =
          Options(rows_last ? "sinkhorn" : "sinkhorn:order=rows_columns", 1, 20000);
      options.logit_scale = scale;
      const DepthStudy study = Study(options);
      const Spread& error = study.layer[rows_last ? kColumnError : kRowError];
      EXPECT_LE(study.layer[rows_last ? kRowError : kColumnError].maximum, 1e-15) << scale;
      EXPECT_GT(error.median, median / 2.0) << scale;
      EXPECT_LT(error.median, median * 2.0) << scale;
      EXPECT_GT(error.p99, p99 / 2.0) << scale;
      EXPECT_LT(error.p99, p99 * 2.0) << scale;
    }
  }
}

// G17. The leak is spread over the depth of the study.
TEST(DepthStudyOfLeakyCirculants, BoundsWhatTheProductLoses) {
  const DepthStudy study = Study(Options("circulant:beta=2"));
  const Spread& smallest = study.composite[kSigmaMin];
  EXPECT_GE(smallest.minimum, std::pow(1.0 - 2.0 / 64.0, 64));
  EXPECT_GE(smallest.minimum, std::exp(-2.0 - 4.0 / 64.0));
  EXPECT_NEAR(smallest.median, 0.365, 0.01);
  EXPECT_LT(study.composite[kRowError].maximum, 1e-14);
  EXPECT_LT(study.composite[kColumnError].maximum, 1e-14);
}

TEST(DepthStudyOfOrthogonalMaps, KeepsEverySingularValue) {
  for (const char* name : {"cayley", "quaternion"}) {
    const DepthStudy study = Study(Options(name, 64, 40));
    EXPECT_NEAR(study.composite[kSigmaMin].minimum, 1.0, 1e-12) << name;
    EXPECT_NEAR(study.composite[kSpectralNorm].maximum, 1.0, 1e-12) << name;
    EXPECT_LE(study.composite[kForwardGain].maximum, 2.0 + 1e-12) << name;
  }
}

// The mean over the streams is the one path that such maps leave undamped.
TEST(DepthStudyOfPositiveMaps, EndsAtTheUniformMatrix) {
  const DepthStudy study = Study(Options("permutation_mix", 64, 40));
  EXPECT_GT(study.layer[kUniformDistance].minimum, 1e-3);
  EXPECT_LT(study.composite[kUniformDistance].maximum, 1e-14);
}

TEST(DepthStudyComposites, PutTheNewestLayerOnTheLeft) {
  // With all rows alike the product H_l … H_1 of row-stochastic maps stays; H_1 … H_l would not.
  DepthStudyOptions options = Options("row_softmax", 64, 1);
  const std::vector<double> sums = Study(options).profile[kColumnSumMax].median;
  EXPECT_NEAR(sums[63], sums[40], 1e-12);
  EXPECT_GT(std::abs(sums[40] - 1.0), 1e-3);
}

TEST(DepthStudyComposites, BeginAtTheLayerFrom) {
  // With one stream the gain of all layers is that of the first two times that of the rest.
  DepthStudyOptions options = Options("unconstrained", 8, 1);
  options.streams = 1;
  const DepthStudy all = Study(options);
  options.from = 3;
  const DepthStudy rest = Study(options);
  EXPECT_THAT(rest.depths, ElementsAre(3, 4, 5, 6, 7, 8));
  for (std::size_t l = 0; l < rest.depths.size(); ++l) {
    EXPECT_NEAR(all.profile[kForwardGain].median[l + 2],
                all.profile[kForwardGain].median[1] * rest.profile[kForwardGain].median[l], 1e-12);
  }
}

TEST(DepthStudyComposites, HaveASmallestSingularValueBelowTheRoundingOfTheLargest) {
  // Of 2×2 maps σ₁σ₂ = |det|, and determinants multiply.
  DepthStudyOptions options = Options("unconstrained", 64, 1);
  options.streams = 2;
  const ByDepthMeasure<Spread> whole = Study(options).composite;
  double log_determinant = 0.0;
  for (std::int64_t l = 1; l <= 64; ++l) {
    options.from = options.depth = l;
    const ByDepthMeasure<Spread> single = Study(options).composite;
    log_determinant += std::log(single[kSigmaMin].median * single[kSpectralNorm].median);
  }
  EXPECT_LT(whole[kSigmaMin].median, 1e-17 * whole[kSpectralNorm].median);
  EXPECT_NEAR(std::log(whole[kSigmaMin].median * whole[kSpectralNorm].median), log_determinant,
              1e-9);
}

TEST(DepthStudyComposites, AreScaledExactlyByPowersOfTwoWhateverTheirSize) {
  DepthStudyOptions options = Options("unconstrained", 64, 5);
  const ByDepthMeasure<Spread> plain = Study(options).composite;
  options.logit_scale = 0x1p13;
  const ByDepthMeasure<Spread> large = Study(options).composite;
  for (const DepthMeasure measure : {kForwardGain, kNormInf, kSpectralNorm, kSigmaMin}) {
    EXPECT_DOUBLE_EQ(large[measure].median, std::ldexp(plain[measure].median, 13 * 64)) << measure;
  }
}

TEST(DepthStudyComposites, BeyondADoubleAreInfiniteAndNeverNan) {
  for (const double scale : {1e10, 1e300}) {
    DepthStudyOptions options = Options("unconstrained", 64, 20);
    options.logit_scale = scale;
    const DepthStudy study = Study(options);
    for (const DepthMeasure measure : {kForwardGain, kBackwardGain, kNormInf, kSpectralNorm,
                                       kRowError, kColumnError, kUniformDistance}) {
      EXPECT_EQ(study.composite[measure].minimum, kInfinity) << DepthMeasureName(measure);
      EXPECT_EQ(study.composite[measure].mean, kInfinity) << DepthMeasureName(measure);
    }
    EXPECT_EQ(study.composite[kColumnSumMin].minimum, -kInfinity);
    EXPECT_THAT(AllNumbers(study.composite), Not(::testing::Contains(::testing::IsNan())));
    EXPECT_THAT(AllNumbers(study.layer), Not(::testing::Contains(::testing::IsNan())));
    EXPECT_LT(study.layer[kNormInf].maximum, kInfinity);
  }
}

TEST(DepthStudyComposites, ThatVanishAreZeroAndAsFarFromUniformAsZeroIs) {
  DepthStudyOptions options = Options("unconstrained", 64, 20);
  options.logit_scale = 1e-10;
  const ByDepthMeasure<Spread> composite = Study(options).composite;
  EXPECT_EQ(composite[kForwardGain].maximum, 0.0);
  EXPECT_EQ(composite[kRowError].maximum, 1.0);
  EXPECT_NEAR(composite[kUniformDistance].median, 1.0, 1e-15);  // ‖J‖₂
}

TEST(DepthStudyOfEveryConstraint, IsFiniteAtUsualLogitsAndRepeatsExactly) {
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    const DepthStudyOptions options{.choice = choice, .depth = 16, .trials = 10};
    const DepthStudy once = Study(options), again = Study(options);
    for (const double number : AllNumbers(once.composite)) {
      EXPECT_TRUE(std::isfinite(number)) << ToText(choice);
    }
    EXPECT_EQ(AllNumbers(once.composite), AllNumbers(again.composite)) << ToText(choice);
    EXPECT_EQ(AllNumbers(once.layer), AllNumbers(again.layer)) << ToText(choice);
  }
}

TEST(DepthStudyDraws, OfATrialDependNeitherOnTheTrialsNorOnTheDepth) {
  const DepthStudy one = Study(Options("sinkhorn", 8, 1));
  const DepthStudy two = Study(Options("sinkhorn", 8, 2));
  const double first = one.composite[kColumnError].median;
  const Spread& both = two.composite[kColumnError];
  EXPECT_TRUE(first == both.minimum || first == both.maximum);
  EXPECT_NE(both.minimum, both.maximum);
  const std::vector<double> deep = Study(Options("sinkhorn", 16, 2)).profile[kColumnError].median;
  const std::vector<double>& shallow = two.profile[kColumnError].median;
  EXPECT_TRUE(std::equal(shallow.begin(), shallow.end(), deep.begin()));
}

TEST(DepthStudyDraws, FollowTheSeed) {
  DepthStudyOptions options = Options("sinkhorn", 4, 4);
  const DepthStudy one = Study(options);
  options.seed = 2;
  EXPECT_NE(AllNumbers(one.layer), AllNumbers(Study(options).layer));
}

TEST(DepthStudyDraws, AreNormalNumbersOfTheirScaleWithTheDiagonalAdded) {
  // With one stream and no constraint the map is its logit, and its row sum error |z − 1|.
  DepthStudyOptions options = Options("unconstrained", 1, 40000);
  options.streams = 1;
  options.logit_scale = 3.0;
  options.shared = 4.0;
  options.diagonal = 10.0;
  const Spread sums = Study(options).layer[kColumnSumMax];
  EXPECT_NEAR(sums.mean, 10.0, 0.1);  // four deviations of the mean
  EXPECT_NEAR(sums.median, 10.0, 0.12);
  EXPECT_NEAR(sums.p90 - sums.p10, 2.0 * 1.28155 * 5.0, 0.2);  // √(3² + 4²)
  EXPECT_NEAR(sums.p99 - sums.p1, 2.0 * 2.32635 * 5.0, 0.5);
}

TEST(DepthStudyDraws, ThatAreSharedAreTheSameInEveryLayer) {
  DepthStudyOptions options = Options("unconstrained", 8, 1);
  options.streams = 1;
  options.logit_scale = 0.0;
  options.shared = 1.5;
  const std::vector<double> gains = Study(options).profile[kForwardGain].median;
  for (int l = 0; l < 8; ++l) EXPECT_NEAR(gains[l], std::pow(gains[0], l + 1), 1e-12);
  EXPECT_GT(std::abs(gains[0] - 1.0), 1e-3);
}

// The composites of alike layers keep their column error, as trained models do.
TEST(DepthStudyDraws, ThatAreSharedLeaveMoreColumnErrorThanIndependentOnes) {
  DepthStudyOptions options = Options("sinkhorn", 30, 100);
  options.logit_scale = 1.0;
  options.diagonal = 4.0;
  options.shared = 2.0;
  const double alike = Study(options).composite[kColumnSumMax].median;
  options.shared = 0.0;
  options.logit_scale = std::sqrt(5.0);
  EXPECT_GT(alike, Study(options).composite[kColumnSumMax].median);
}

TEST(DepthStudyOptionsThatAreRefused, AreNamedWithWhatWasExpected) {
  const auto message = [](DepthStudyOptions options) {
    const Result<DepthStudy> study = RunDepthStudy(options);
    return study ? "accepted" : study.error().message;
  };
  const auto with = [](std::string_view constraint, auto change) {
    DepthStudyOptions options = Options(constraint);
    change(options);
    return options;
  };
  const auto sinkhorn = [&](auto change) { return message(with("sinkhorn", change)); };
  EXPECT_EQ(sinkhorn([](auto& o) { o.streams = 0; }),
            "streams: found 0, expected an integer from 1 to 64");
  EXPECT_EQ(
      message(with("quaternion", [](auto& o) { o.streams = 3; })),
      "streams: found 3, expected n = 4 (quaternions turn four dimensions) for the constraint "
      "quaternion");
  EXPECT_EQ(sinkhorn([](auto& o) { o.depth = 0; }),
            "depth: found 0, expected an integer from 1 to 100000");
  EXPECT_EQ(sinkhorn([](auto& o) { o.trials = -1; }),
            "trials: found -1, expected an integer from 1 to 4000000");
  EXPECT_EQ(sinkhorn([](auto& o) { o.from = 65; }),
            "from: found 65, expected an integer from 1 to the depth of 64");
  EXPECT_EQ(sinkhorn([](auto& o) { o.logit_scale = std::nan(""); }),
            "logit_scale: found nan, expected a number from 0 to 1e+300");
  EXPECT_EQ(sinkhorn([](auto& o) { o.shared = kInfinity; }),
            "shared: found inf, expected a number from 0 to 1e+300");
  EXPECT_EQ(sinkhorn([](auto& o) { o.diagonal = std::nan(""); }),
            "diagonal: found nan, expected a number from -1e+300 to 1e+300");
  EXPECT_EQ(message(with("cayley", [](auto& o) { o.diagonal = 8.0; })),
            "diagonal: found 8, expected none for cayley, whose 6 logits are no n x n matrix");
  EXPECT_EQ(message(with("circulant:beta=9", [](auto& o) { o.depth = 4; })),
            "beta: found 9 for a depth of 4, expected at most twice the depth");
}

TEST(DepthStudyOptionsThatAreRefused, AreThoseThatWouldNotFitMemory) {
  EXPECT_EQ(RunDepthStudy(Options("sinkhorn", 100'000, 4'000'000)).error().message,
            "trials: found 4000000 of depth 100000, expected depth times trials to be at most "
            "4000000");
  EXPECT_EQ(RunDepthStudy(Options("sinkhorn", 100'001, 1)).error().message,
            "depth: found 100001, expected an integer from 1 to 100000");
  EXPECT_TRUE(CheckDepthStudy(Options("sinkhorn", 1000, 4000)).has_value());
  EXPECT_FALSE(CheckDepthStudy(Options("sinkhorn", 1000, 4001)).has_value());
}

}  // namespace
}  // namespace mhc
