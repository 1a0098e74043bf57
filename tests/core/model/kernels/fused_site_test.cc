#include "core/model/fused_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "core/model/kernel_constraint.h"
#include "core/model/kernels/card.h"
#include "kernel_lanes.h"

namespace mhc {
namespace {

using testing::HasSubstr;

// Of the largest magnitude of an array.
constexpr double kValueTolerance = 1e-6, kGradientTolerance = 1e-5;

struct Size {
  int tokens, streams, channels;
};

// Numbers that are exact in float32, so that both sides start from the same ones.
class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}

  SiteInputs Site(const ConstraintChoice& choice, const Size& size, double logit_scale = 0.7) {
    const int n = size.streams, columns = 2 * n + LogitCount(choice, n);
    SiteInputs in;
    in.tokens = size.tokens;
    in.streams = n;
    in.channels = size.channels;
    in.x = Normals(size.tokens * n * size.channels, 1.0);
    in.phi = Normals(n * size.channels * columns, 0.3 / std::sqrt(n * size.channels / 24.0));
    in.alpha = {0.5f, -0.75f, 1.25f};
    in.bias = Normals(columns, logit_scale);
    in.f = Normals(size.tokens * size.channels, 1.0);
    in.gy = Normals(size.tokens * n * size.channels, 1.0);
    in.gz = Normals(size.tokens * size.channels, 1.0);
    return in;
  }

 private:
  std::vector<double> Normals(int count, double scale) {
    std::vector<double> values(static_cast<std::size_t>(count));
    for (double& value : values) value = static_cast<float>(scale * normal_(engine_));
    return values;
  }
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

SiteOptions OptionsOf(const std::string& constraint) {
  SiteOptions options;
  options.choice = *ParseConstraint(constraint);
  options.eps_norm = 1e-6;
  options.eps_pre = 1e-3;
  return options;
}

void ExpectSame(const Result<SiteOutputs>& found, const Result<SiteOutputs>& expected) {
  ASSERT_TRUE(expected.has_value()) << expected.error().message;
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_LE(LargestError(found->pre, expected->pre), kValueTolerance);
  EXPECT_LE(LargestError(found->post, expected->post), kValueTolerance);
  EXPECT_LE(LargestError(found->res, expected->res), kValueTolerance);
  EXPECT_LE(LargestError(found->z, expected->z), kValueTolerance);
  EXPECT_LE(LargestError(found->y, expected->y), kValueTolerance);
  EXPECT_LE(LargestError(found->grad_x, expected->grad_x), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_f, expected->grad_f), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_phi, expected->grad_phi), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_alpha, expected->grad_alpha), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_bias, expected->grad_bias), kGradientTolerance);
}

// A card is there, and has kernels of the constraint.
bool RunsOnTheCard(const SiteOptions& options, int streams) {
  return kernels::CardCount() > 0 &&
         ToKernel(options.choice, streams).family != kernels::Family::kOracle;
}

// At the place, and on a card where there is one.
void ExpectAgreement(const SiteInputs& in, const SiteOptions& options,
                     const kernels::Place& place = {}) {
  const auto expected = RunSite(in, options);
  ExpectSame(RunFusedSite(in, options, place), expected);
  if (!RunsOnTheCard(options, in.streams)) return;
  SCOPED_TRACE("on the card");
  ExpectSame(RunFusedSite(in, options, kernels::CardPlace()), expected);
}

class FusedSiteOf : public testing::TestWithParam<std::string> {};

TEST_P(FusedSiteOf, IsTheOracleAtEveryNumberOfStreams) {
  for (int streams = 1; streams <= kernels::kMostStreams; ++streams) {
    SCOPED_TRACE(streams);
    const SiteOptions options = OptionsOf(GetParam());
    if (!CheckStreams(options.choice, streams)) continue;
    const SiteInputs in =
        Draw(static_cast<unsigned>(streams)).Site(options.choice, {21, streams, 24});
    OnEveryInstructionSet([&] { ExpectAgreement(in, options); });
  }
}

TEST_P(FusedSiteOf, IsTheOracleAtOddSizes) {
  const SiteOptions options = OptionsOf(GetParam());
  for (const Size size : {Size{1, 4, 1}, Size{3, 4, 7}, Size{16, 4, 33}, Size{47, 4, 17},
                          Size{5, 2, 300}, Size{2, 4, 1031}}) {
    if (!CheckStreams(options.choice, size.streams)) continue;
    SCOPED_TRACE(testing::Message() << size.tokens << " tokens, " << size.channels << " channels");
    ExpectAgreement(Draw(7).Site(options.choice, size), options);
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryConstraint, FusedSiteOf,
    testing::Values("identity", "unconstrained", "row_softmax", "sinkhorn", "sinkhorn:iterations=1",
                    "sinkhorn:order=rows_columns,iterations=3", "sinkhorn:epsilon=1e-6",
                    "sinkhorn:transpose=true", "permutation_mix", "kronecker", "transport_fill",
                    "orthostochastic", "block_orthostochastic", "circulant",
                    "circulant:beta=1,depth=4", "cayley", "householder", "quaternion",
                    "spectral_sphere", "identity_mix", "identity_mix:transpose=true",
                    "harmonized:scale=0.5", "spectral_clip", "cayley:transpose=true"),
    [](const testing::TestParamInfo<std::string>& info) {
      std::string name = info.param;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

// The logits of H_res are the static ones alone: the dynamic part would carry the rounding of its
// products into them.
template <class Logit>
SiteInputs WithLogits(SiteInputs in, const Logit& logit) {
  in.alpha[2] = 0.0;
  const auto first = static_cast<std::size_t>(2 * in.streams);
  for (std::size_t k = first; k < in.bias.size(); ++k) {
    in.bias[k] = static_cast<float>(logit(in.bias[k], k - first));
  }
  return in;
}

class FusedSiteInLanes : public testing::TestWithParam<std::string> {
 protected:
  // At every number of streams that the constraint and the kernels' lanes take.
  template <class Logit>
  void ExpectOracle(const Logit& logit) {
    for (int streams = 1; streams <= kernels::kMostStreams; ++streams) {
      SCOPED_TRACE(streams);
      const SiteOptions options = OptionsOf(GetParam());
      if (!CheckStreams(options.choice, streams)) continue;
      const SiteInputs in = WithLogits(Draw(5).Site(options.choice, {19, streams, 8}), logit);
      OnEveryInstructionSet([&] { ExpectAgreement(in, options); });
    }
  }
};

TEST_P(FusedSiteInLanes, DoesNotAskTheOracleForEveryToken) {
  for (int streams = 1; streams <= kernels::kMostStreams; ++streams) {
    const SiteOptions options = OptionsOf(GetParam());
    if (!CheckStreams(options.choice, streams)) continue;
    EXPECT_NE(ToKernel(options.choice, streams).family, kernels::Family::kOracle) << streams;
  }
}

TEST_P(FusedSiteInLanes, IsTheOracleAtWideLogits) {
  for (const double scale : {8.0, 64.0, 800.0, 1e5}) {
    SCOPED_TRACE(scale);
    ExpectOracle([&](double logit, std::size_t) { return logit / 0.7 * scale; });
  }
}

TEST_P(FusedSiteInLanes, IsTheOracleAtSaturatedLogits) {
  // Not all of one size, of which singular values would be equal, and their directions free.
  ExpectOracle([](double logit, std::size_t) { return std::copysign(30.0, logit) + logit; });
}

TEST_P(FusedSiteInLanes, IsTheOracleAtSmallLogits) {
  ExpectOracle([](double logit, std::size_t) { return 1e-4 * logit; });
}

// Bounds of a filling are equal there, directions of a vector are none, rotations are I.
TEST_P(FusedSiteInLanes, IsTheOracleAtZeros) {
  ExpectOracle([](double, std::size_t) { return 0.0; });
}

TEST_P(FusedSiteInLanes, IsTheOracleAtTheConstraintsStart) {
  for (int streams = 1; streams <= kernels::kMostStreams; ++streams) {
    SCOPED_TRACE(streams);
    const SiteOptions options = OptionsOf(GetParam());
    if (!CheckStreams(options.choice, streams)) continue;
    const std::vector<double> start = StartLogits(options.choice, streams);
    const SiteInputs in = WithLogits(Draw(6).Site(options.choice, {3, streams, 8}),
                                     [&](double, std::size_t k) { return start[k]; });
    OnEveryInstructionSet([&] { ExpectAgreement(in, options); });
  }
}

TEST_P(FusedSiteInLanes, KeepsANaN) {
  for (int streams = 1; streams <= kernels::kMostStreams; ++streams) {
    SCOPED_TRACE(streams);
    const SiteOptions options = OptionsOf(GetParam());
    if (!CheckStreams(options.choice, streams)) continue;
    if (ToKernel(options.choice, streams).family == kernels::Family::kIdentity) continue;
    if (LogitCount(options.choice, streams) == 0) continue;
    const SiteInputs in =
        WithLogits(Draw(5).Site(options.choice, {2, streams, 8}), [](double logit, std::size_t k) {
          return k == 0 ? std::numeric_limits<double>::quiet_NaN() : logit;
        });
    const auto expect = [&](const kernels::Place& place) {
      const auto found = RunFusedSite(in, options, place);
      ASSERT_TRUE(found.has_value());
      EXPECT_TRUE(std::any_of(found->res.begin(), found->res.end(),
                              [](double entry) { return std::isnan(entry); }));
    };
    OnEveryInstructionSet([&] { expect({}); });
    if (RunsOnTheCard(options, streams)) expect(kernels::CardPlace());
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryConstraint, FusedSiteInLanes,
    testing::Values("row_softmax", "permutation_mix", "kronecker", "transport_fill",
                    "orthostochastic", "block_orthostochastic", "circulant", "cayley",
                    "householder", "quaternion", "spectral_sphere", "spectral_clip"),
    [](const testing::TestParamInfo<std::string>& info) { return info.param; });

// What is left of a row that a gate of 30 has filled is no tie of bounds; 1 of a gate of 40 is.
TEST(FusedTransportFill, IsTheOracleAtBoundsThatAreAlmostEqual) {
  const SiteOptions options = OptionsOf("transport_fill");
  for (int streams = 2; streams <= kernels::kMostStreams; ++streams) {
    for (const double size : {30.0, 40.0, 200.0}) {
      SCOPED_TRACE(testing::Message() << streams << " streams, " << size);
      const SiteInputs in =
          WithLogits(Draw(8).Site(options.choice, {2, streams, 8}),
                     [&](double logit, std::size_t) { return std::copysign(size, logit); });
      OnEveryInstructionSet([&] { ExpectAgreement(in, options); });
    }
  }
}

TEST(FusedBlockOrthostochastic, IsTheOracleAtEveryBlock) {
  for (int block = 1; block <= 8; ++block) {
    const SiteOptions options = OptionsOf("block_orthostochastic:s=" + std::to_string(block));
    for (const int streams : {1, 2, 3, 5}) {
      SCOPED_TRACE(testing::Message() << streams << " streams, blocks of " << block);
      EXPECT_EQ(ToKernel(options.choice, streams).family == kernels::Family::kOracle,
                streams * block > 16);
      ExpectAgreement(Draw(9).Site(options.choice, {18, streams, 24}, 0.3), options);
    }
  }
}

// Which of the directions the largest of equal singular values has is free, not what comes of it.
TEST(FusedSpectralClip, IsTheOracleAtEqualSingularValues) {
  const SiteOptions options = OptionsOf("spectral_clip");
  for (const double scale : {0.5, 1.0, 2.0}) {
    SCOPED_TRACE(scale);
    const SiteInputs in =
        WithLogits(Draw(10).Site(options.choice, {3, 4, 8}),
                   [&](double, std::size_t k) { return k % 5 == 0 ? scale : 0.0; });
    OnEveryInstructionSet([&] { ExpectAgreement(in, options); });
  }
}

class FusedSinkhornAtASpread : public testing::TestWithParam<double> {};

TEST_P(FusedSinkhornAtASpread, IsTheOracle) {
  for (const char* constraint : {"sinkhorn", "sinkhorn:epsilon=1e-6", "identity_mix"}) {
    SCOPED_TRACE(constraint);
    const SiteOptions options = OptionsOf(constraint);
    SiteInputs in = Draw(11).Site(options.choice, {19, 4, 8});
    for (std::size_t k = 8; k < in.bias.size(); ++k) in.bias[k] *= GetParam() / 3.0;
    // The dynamic part would carry the rounding of its products into logits of this size.
    in.alpha[2] = 0.0;
    ExpectAgreement(in, options);
  }
}

INSTANTIATE_TEST_SUITE_P(WideLogits, FusedSinkhornAtASpread,
                         testing::Values(10.0, 40.0, 120.0, 700.0, 3000.0));

// ---- bfloat16 streams: what is stored in that type has its rounding, and no more.

void RoundToBfloat16(std::vector<double>& values) {
  for (double& value : values) {
    auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    bits = (bits + 0x7FFFu + (bits >> 16 & 1u)) & 0xFFFF0000u;
    value = std::bit_cast<float>(bits);
  }
}

constexpr double kBfloat16Rounding = 1.0 / 256.0;

void ExpectRounded(const Result<SiteOutputs>& found, const SiteOutputs& expected) {
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_LE(LargestError(found->pre, expected.pre), kValueTolerance);
  EXPECT_LE(LargestError(found->post, expected.post), kValueTolerance);
  EXPECT_LE(LargestError(found->res, expected.res), kValueTolerance);
  EXPECT_LE(LargestError(found->z, expected.z), kBfloat16Rounding);
  EXPECT_LE(LargestError(found->y, expected.y), kBfloat16Rounding);
  EXPECT_LE(LargestError(found->grad_x, expected.grad_x),
            2.0 * kBfloat16Rounding);  // passed on, then added to
  EXPECT_LE(LargestError(found->grad_f, expected.grad_f), kBfloat16Rounding);
  EXPECT_LE(LargestError(found->grad_phi, expected.grad_phi), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_alpha, expected.grad_alpha), kGradientTolerance);
  EXPECT_LE(LargestError(found->grad_bias, expected.grad_bias), kGradientTolerance);
}

class FusedSiteInBfloat16 : public testing::TestWithParam<std::string> {};

TEST_P(FusedSiteInBfloat16, IsTheOracleButForTheRounding) {
  const SiteOptions options = OptionsOf(GetParam());
  for (const Size size : {Size{1, 4, 32}, Size{70, 4, 96}, Size{200, 4, 512}, Size{33, 4, 37},
                          Size{130, 1, 64}, Size{65, 2, 64}, Size{17, 3, 32}, Size{90, 8, 32}}) {
    if (!CheckStreams(options.choice, size.streams)) continue;
    SCOPED_TRACE(testing::Message() << size.tokens << " tokens, " << size.streams << " streams, "
                                    << size.channels << " channels");
    SiteInputs in = Draw(12).Site(options.choice, size);
    for (auto* numbers : {&in.x, &in.f, &in.gy, &in.gz}) RoundToBfloat16(*numbers);
    const auto expected = RunSite(in, options);
    ASSERT_TRUE(expected.has_value());
    OnEveryInstructionSet([&] {
      ExpectRounded(RunFusedSite(in, options, {}, {.streams_are_bfloat16 = true}), *expected);
    });
    if (!RunsOnTheCard(options, size.streams)) continue;
    for (const bool between : {false, true}) {
      SCOPED_TRACE(between ? "on the card, all in bfloat16" : "on the card");
      ExpectRounded(RunFusedSite(in, options, kernels::CardPlace(), {true, between}), *expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(SomeConstraints, FusedSiteInBfloat16,
                         testing::Values("sinkhorn", "identity", "unconstrained", "identity_mix",
                                         "permutation_mix", "cayley", "spectral_sphere"),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

TEST(FusedSiteOnACard, GivesTheSameBitsAgain) {
  if (kernels::CardCount() == 0) GTEST_SKIP() << "no card here";
  const SiteOptions options = OptionsOf("sinkhorn");
  const SiteInputs in = Draw(13).Site(options.choice, {3000, 4, 96});
  for (const bool rounded : {false, true}) {
    const FusedNumbers numbers{rounded, rounded};
    const auto first = RunFusedSite(in, options, kernels::CardPlace(), numbers);
    for (int again = 0; again < 3; ++again) {
      const auto second = RunFusedSite(in, options, kernels::CardPlace(), numbers);
      EXPECT_EQ(first->y, second->y);
      EXPECT_EQ(first->grad_x, second->grad_x);
      EXPECT_EQ(first->grad_phi, second->grad_phi);
      EXPECT_EQ(first->grad_alpha, second->grad_alpha);
    }
  }
}

TEST(FusedSiteOnACard, IsTheOracleAtManyTokens) {
  if (kernels::CardCount() == 0) GTEST_SKIP() << "no card here";
  const SiteOptions options = OptionsOf("sinkhorn");
  // An emulated card would take minutes.
  constexpr int kTokens = MHC_MOST_TOKENS;
  ExpectAgreement(Draw(14).Site(options.choice, {kTokens, 4, 8}), options);
}

TEST(FusedSiteOnACard, IsRefusedWhereThereIsNone) {
  if (kernels::CardCount() > 0) GTEST_SKIP() << "a card is here";
  const SiteOptions options = OptionsOf("sinkhorn");
  static constexpr kernels::CardKernels kNone{};
  const auto result =
      RunFusedSite(Draw(1).Site(options.choice, {1, 4, 2}), options, {.card = &kNone});
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("no card"));
}

TEST(FusedSite, GivesTheSameBitsAgainWithAsManyThreads) {
  const SiteOptions options = OptionsOf("sinkhorn");
  const SiteInputs in = Draw(3).Site(options.choice, {100, 4, 40});
  const kernels::Place place{3, ShareAmongThreads};
  const auto first = RunFusedSite(in, options, place);
  for (int again = 0; again < 5; ++again) {
    const auto second = RunFusedSite(in, options, place);
    EXPECT_EQ(first->grad_phi, second->grad_phi);
    EXPECT_EQ(first->grad_bias, second->grad_bias);
    EXPECT_EQ(first->y, second->y);
  }
}

TEST(FusedSite, IsTheOracleHoweverManyThreadsShareIt) {
  const SiteOptions options = OptionsOf("sinkhorn");
  const SiteInputs in = Draw(4).Site(options.choice, {40, 4, 24});
  for (const int threads : {1, 2, 3, 8}) {
    ExpectAgreement(in, options, {threads, ShareAmongThreads});
  }
}

// exp is not bounded: what its logits lose to rounding is relative to all of it.
TEST(FusedSite, IsTheOracleOfExponentialsWithoutIterations) {
  const SiteOptions options = OptionsOf("sinkhorn:iterations=0");
  ExpectAgreement(Draw(2).Site(options.choice, {21, 4, 24}), options);
}

TEST(FusedSite, RefusesMoreStreamsThanItTakes) {
  const SiteOptions options = OptionsOf("sinkhorn");
  const auto result = RunFusedSite(Draw(1).Site(options.choice, {1, 9, 2}), options);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("found 9, expected at most 8"));
}

TEST(FusedSite, LeavesATokenOfZerosAtItsStaticMaps) {
  SiteOptions options = OptionsOf("sinkhorn");
  options.eps_norm = 0.0;
  SiteInputs in = Draw(5).Site(options.choice, {3, 4, 8});
  std::fill(in.x.begin(), in.x.begin() + 32, 0.0);
  in.gy.clear();
  in.gz.clear();
  const auto expected = RunSite(in, options);
  const auto found = RunFusedSite(in, options);
  EXPECT_LE(LargestError(found->res, expected->res), kValueTolerance);
  EXPECT_LE(LargestError(found->pre, expected->pre), kValueTolerance);
}

}  // namespace
}  // namespace mhc
