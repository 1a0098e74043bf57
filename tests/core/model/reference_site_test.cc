#include "core/model/reference_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "kernels/array_error.h"

namespace mhc {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kSiteTokens = 5, kSiteChannels = 6;

struct Tolerance {
  double value, gradient;  // of the largest magnitude of an array
};
constexpr Tolerance kFloat64{1e-12, 1e-12}, kFloat32{1e-6, 1e-5};

// Numbers that are exact in float32, so that both sides start from the same ones.
class Inputs {
 public:
  explicit Inputs(unsigned seed) : engine_(seed) {}

  SiteInputs Draw(const ConstraintChoice& choice, int streams) {
    const int columns = 2 * streams + LogitCount(choice, streams);
    SiteInputs in;
    in.tokens = kSiteTokens;
    in.streams = streams;
    in.channels = kSiteChannels;
    in.x = Normals(kSiteTokens * streams * kSiteChannels, 1.0);
    in.phi = Normals(streams * kSiteChannels * columns, 0.3);
    in.alpha = {0.5f, -0.75f, 1.25f};
    in.bias = Normals(columns, 0.7);
    in.f = Normals(kSiteTokens * kSiteChannels, 1.0);
    in.gy = Normals(kSiteTokens * streams * kSiteChannels, 1.0);
    in.gz = Normals(kSiteTokens * kSiteChannels, 1.0);
    return in;
  }

 private:
  std::vector<double> Normals(int count, double scale) {
    std::vector<double> values(count);
    for (double& value : values) value = static_cast<float>(scale * normal_(engine_));
    return values;
  }
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

SiteOptions OptionsOf(const std::string& constraint, double eps_pre = 0.0,
                      double post_factor = 2.0) {
  SiteOptions options;
  options.choice = *ParseConstraint(constraint);
  options.eps_pre = eps_pre;
  options.eps_norm = 1e-6;
  options.post_factor = post_factor;
  return options;
}

void ExpectAgreement(const SiteInputs& in, const SiteOptions& options, at::ScalarType type,
                     const Tolerance& tolerance) {
  const auto expected = RunSite(in, options);
  const auto found = RunReferenceSite(in, options, type);
  ASSERT_TRUE(expected.has_value()) << expected.error().message;
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_LE(LargestError(found->pre, expected->pre), tolerance.value);
  EXPECT_LE(LargestError(found->post, expected->post), tolerance.value);
  EXPECT_LE(LargestError(found->res, expected->res), tolerance.value);
  EXPECT_LE(LargestError(found->z, expected->z), tolerance.value);
  EXPECT_LE(LargestError(found->y, expected->y), tolerance.value);
  EXPECT_LE(LargestError(found->grad_x, expected->grad_x), tolerance.gradient);
  EXPECT_LE(LargestError(found->grad_phi, expected->grad_phi), tolerance.gradient);
  EXPECT_LE(LargestError(found->grad_alpha, expected->grad_alpha), tolerance.gradient);
  EXPECT_LE(LargestError(found->grad_bias, expected->grad_bias), tolerance.gradient);
  EXPECT_LE(LargestError(found->grad_f, expected->grad_f), tolerance.gradient);
}

class ReferenceSite : public testing::TestWithParam<const char*> {};

TEST_P(ReferenceSite, AgreesWithTheOracleForEveryNumberOfStreams) {
  for (const int streams : {1, 2, 4}) {
    const SiteOptions options = OptionsOf(GetParam());
    const SiteInputs in = Inputs(streams).Draw(options.choice, streams);
    SCOPED_TRACE(fmt::format("n = {}", streams));
    ExpectAgreement(in, options, torch::kFloat64, kFloat64);
    ExpectAgreement(in, options, torch::kFloat32, kFloat32);
  }
}

TEST_P(ReferenceSite, AgreesWithTheOracleForEveryReadAndWriteOption) {
  for (const double eps_pre : {0.0, 0.01}) {
    for (const double post_factor : {1.0, 2.0}) {
      const SiteOptions options = OptionsOf(GetParam(), eps_pre, post_factor);
      const SiteInputs in = Inputs(17).Draw(options.choice, 4);
      SCOPED_TRACE(fmt::format("eps_pre = {}, post_factor = {}", eps_pre, post_factor));
      ExpectAgreement(in, options, torch::kFloat64, kFloat64);
      ExpectAgreement(in, options, torch::kFloat32, kFloat32);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryConstraint, ReferenceSite,
    testing::Values("sinkhorn", "sinkhorn:order=rows_columns", "sinkhorn:epsilon=1e-6",
                    "sinkhorn:epsilon=1e-6,order=rows_columns", "sinkhorn:transpose=true",
                    "sinkhorn:iterations=1", "row_softmax", "row_softmax:transpose=true",
                    "unconstrained", "unconstrained:transpose=true", "identity"));

TEST(ReferenceSiteGradients, OfOneCotangentAloneAgree) {
  const SiteOptions options = OptionsOf("sinkhorn");
  for (const bool with_gy : {true, false}) {
    SiteInputs in = Inputs(3).Draw(options.choice, 4);
    (with_gy ? in.gz : in.gy).clear();
    ExpectAgreement(in, options, torch::kFloat64, kFloat64);
  }
}

TEST(ReferenceSiteGradients, AreLeftOutWhereThereIsNoCotangent) {
  const SiteOptions options = OptionsOf("sinkhorn");
  SiteInputs in = Inputs(3).Draw(options.choice, 4);
  in.gy.clear();
  in.gz.clear();
  const SiteOutputs out = *RunReferenceSite(in, options, torch::kFloat64);
  EXPECT_THAT(out.grad_x, IsEmpty());
  EXPECT_THAT(out.grad_phi, IsEmpty());
  EXPECT_EQ(out.y.size(), in.x.size());
}

TEST(ReferenceSiteNorm, WithoutAnEpsilonAgreesAndATokenOfZerosHasNoDynamicPart) {
  SiteOptions options = OptionsOf("sinkhorn");
  options.eps_norm = 0.0;
  SiteInputs in = Inputs(4).Draw(options.choice, 4);
  ExpectAgreement(in, options, torch::kFloat64, kFloat64);
  std::fill_n(in.x.begin(), 4 * kSiteChannels, 0.0);
  for (const at::ScalarType type : {torch::kFloat64, torch::kFloat32}) {
    const SiteOutputs found = *RunReferenceSite(in, options, type);
    const SiteOutputs expected = *RunSite(in, options);
    EXPECT_LE(LargestError(found.res, expected.res), 1e-6);
    EXPECT_LE(LargestError(found.y, expected.y), 1e-6);
  }
}

TEST(ReferenceSiteNorm, ALargeEpsilonIsThatOfTheOracle) {
  SiteOptions options = OptionsOf("sinkhorn");
  options.eps_norm = 0.5;
  ExpectAgreement(Inputs(5).Draw(options.choice, 4), options, torch::kFloat64, kFloat64);
}

TEST(ReferenceSiteInputs, AreRefusedInTheWordsOfTheOracle) {
  const SiteOptions options = OptionsOf("sinkhorn");
  SiteInputs in = Inputs(6).Draw(options.choice, 4);
  in.bias.pop_back();
  const auto found = RunReferenceSite(in, options, torch::kFloat32);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().message, RunSite(in, options).error().message);
  EXPECT_THAT(found.error().message, HasSubstr("bias"));
}

}  // namespace
}  // namespace mhc
