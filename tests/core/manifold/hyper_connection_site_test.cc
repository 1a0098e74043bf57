#include "core/manifold/hyper_connection_site.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using testing::Each;

SiteOptions Options(std::string_view constraint) {
  SiteOptions options;
  options.choice = ParseConstraint(constraint).value();
  return options;
}

SiteInputs RandomInputs(const SiteOptions& options, int tokens, int streams, int channels,
                        unsigned seed) {
  RandomMatrices random(seed);
  const int columns = 2 * streams + LogitCount(options.choice, streams);
  SiteInputs inputs;
  inputs.tokens = tokens;
  inputs.streams = streams;
  inputs.channels = channels;
  inputs.x = random.Normals(tokens * streams * channels);
  inputs.phi = random.Normals(streams * channels * columns, 0.3);
  inputs.alpha = {0.7, 1.1, 0.9};
  inputs.bias = random.Normals(columns);
  inputs.f = random.Normals(tokens * channels);
  inputs.gy = random.Normals(tokens * streams * channels);
  inputs.gz = random.Normals(tokens * channels);
  return inputs;
}

double Loss(const SiteInputs& inputs, const SiteOptions& options) {
  const SiteOutputs out = RunSite(inputs, options).value();
  double loss = 0.0;
  for (std::size_t i = 0; i < out.y.size() && !inputs.gy.empty(); ++i) {
    loss += out.y[i] * inputs.gy[i];
  }
  for (std::size_t i = 0; i < out.z.size() && !inputs.gz.empty(); ++i) {
    loss += out.z[i] * inputs.gz[i];
  }
  return loss;
}

void ExpectGradient(SiteInputs inputs, const SiteOptions& options,
                    std::vector<double> SiteInputs::*member, const std::vector<double>& grad,
                    const char* name) {
  constexpr double kStep = 1e-5;
  ASSERT_EQ(grad.size(), (inputs.*member).size()) << name;
  double largest = 0.0;
  double error = 0.0;
  for (std::size_t i = 0; i < grad.size(); ++i) {
    double& value = (inputs.*member)[i];
    const double centre = value;
    value = centre + kStep;
    const double above = Loss(inputs, options);
    value = centre - kStep;
    const double below = Loss(inputs, options);
    value = centre;
    const double difference = (above - below) / (2.0 * kStep);
    largest = std::max(largest, std::abs(difference));
    error = std::max(error, std::abs(difference - grad[i]));
  }
  EXPECT_LE(error, 1e-6 * largest) << ToText(options.choice) << " " << name;
}

void ExpectAllGradients(const SiteInputs& inputs, const SiteOptions& options) {
  const SiteOutputs out = RunSite(inputs, options).value();
  ExpectGradient(inputs, options, &SiteInputs::x, out.grad_x, "x");
  ExpectGradient(inputs, options, &SiteInputs::phi, out.grad_phi, "phi");
  ExpectGradient(inputs, options, &SiteInputs::alpha, out.grad_alpha, "alpha");
  ExpectGradient(inputs, options, &SiteInputs::bias, out.grad_bias, "bias");
  ExpectGradient(inputs, options, &SiteInputs::f, out.grad_f, "f");
}

TEST(Site, GradientsEqualCentralDifferences) {
  for (const char* constraint :
       {"sinkhorn", "sinkhorn:iterations=3,order=rows_columns",
        "sinkhorn:epsilon=1e-3,transpose=true", "row_softmax", "unconstrained", "identity"}) {
    SiteOptions options = Options(constraint);
    options.eps_pre = 1e-2;
    options.eps_norm = 0.1;
    options.post_factor = 1.5;
    ExpectAllGradients(RandomInputs(options, 2, 3, 5, 51), options);
  }
}

TEST(Site, GradientsTakeAMissingCotangentAsZeros) {
  const SiteOptions options = Options("sinkhorn");
  SiteInputs inputs = RandomInputs(options, 2, 4, 3, 52);
  inputs.gy.clear();
  ExpectAllGradients(inputs, options);
  inputs = RandomInputs(options, 2, 4, 3, 53);
  inputs.gz.clear();
  ExpectAllGradients(inputs, options);
}

TEST(Site, WithoutCotangentsHasNoGradients) {
  const SiteOptions options = Options("sinkhorn");
  SiteInputs inputs = RandomInputs(options, 2, 4, 3, 54);
  inputs.gy.clear();
  inputs.gz.clear();
  const SiteOutputs out = RunSite(inputs, options).value();
  EXPECT_EQ(out.y.size(), inputs.x.size());
  EXPECT_TRUE(out.grad_x.empty());
  EXPECT_TRUE(out.grad_phi.empty());
}

TEST(Site, OfOneStreamIsTheResidualWithGainsOfSigmoidAndTwiceIt) {
  const SiteOptions options = Options("sinkhorn");
  const SiteInputs inputs = RandomInputs(options, 3, 1, 4, 55);
  const SiteOutputs out = RunSite(inputs, options).value();
  EXPECT_THAT(out.res, Each(1.0));
  for (int t = 0; t < 3; ++t) {
    double squares = 0.0;
    double projected[2] = {0.0, 0.0};
    for (int c = 0; c < 4; ++c) {
      const double x = inputs.x[t * 4 + c];
      squares += x * x;
      for (int k = 0; k < 2; ++k) projected[k] += x * inputs.phi[c * 3 + k];
    }
    const double rms = std::sqrt(squares / 4.0);
    const auto gate = [&](int k) {
      return 1.0 / (1.0 + std::exp(-(inputs.alpha[k] * projected[k] / rms + inputs.bias[k])));
    };
    for (int c = 0; c < 4; ++c) {
      const int at = t * 4 + c;
      EXPECT_NEAR(out.z[at], gate(0) * inputs.x[at], 1e-14);
      EXPECT_NEAR(out.y[at], inputs.x[at] + 2.0 * gate(1) * inputs.f[at], 1e-14);
    }
  }
}

// With φ = 0 and b_post = 0, copies of one stream stay copies, each the ordinary residual stream.
TEST(Site, OnCopiesWithoutDynamicPartIsThePlainResidual) {
  RandomMatrices random(56);
  for (const char* constraint : {"sinkhorn", "row_softmax", "identity"}) {
    const SiteOptions options = Options(constraint);
    SiteInputs inputs = RandomInputs(options, 1, 4, 6, 57);
    const Matrix copies = random.NormalMatrix(1, 6).replicate(4, 1);
    inputs.x.assign(copies.data(), copies.data() + copies.size());
    std::fill(inputs.phi.begin(), inputs.phi.end(), 0.0);
    std::fill(inputs.bias.begin() + 4, inputs.bias.begin() + 8, 0.0);
    const SiteOutputs out = RunSite(inputs, options).value();
    for (int i = 0; i < 4; ++i) {
      for (int c = 0; c < 6; ++c) {
        EXPECT_NEAR(out.y[i * 6 + c], copies(0, c) + inputs.f[c], 1e-14) << constraint;
      }
    }
  }
}

// Mixing keeps the sum over the streams where columns sum to 1, and copies where rows do.
TEST(Site, ConservesTheSumOfTheStreamsIffColumnsSumToOne) {
  const auto broken_sum = [](std::string_view constraint) {
    const SiteOptions options = Options(constraint);
    SiteInputs inputs = RandomInputs(options, 1, 4, 6, 58);
    for (double& bias : inputs.bias) bias *= 4.0;
    std::fill(inputs.f.begin(), inputs.f.end(), 0.0);
    const SiteOutputs out = RunSite(inputs, options).value();
    double largest = 0.0;
    for (int c = 0; c < 6; ++c) {
      double change = 0.0;
      for (int i = 0; i < 4; ++i) change += out.y[i * 6 + c] - inputs.x[i * 6 + c];
      largest = std::max(largest, std::abs(change));
    }
    return largest;
  };
  EXPECT_LT(broken_sum("sinkhorn:order=rows_columns,iterations=3"), 1e-14);
  EXPECT_LT(broken_sum("sinkhorn:transpose=true,iterations=3"), 1e-14);
  EXPECT_LT(broken_sum("sinkhorn:iterations=10000"), 1e-12);
  // In the paper's order, columns are only approximate after a finite number of iterations.
  EXPECT_GT(broken_sum("sinkhorn:iterations=3"), 1e-4);
  EXPECT_GT(broken_sum("row_softmax"), 1e-2);
}

TEST(Site, DividesTheProjectionButNotTheBiasByTheRms) {
  const SiteOptions options = Options("sinkhorn");
  SiteInputs inputs = RandomInputs(options, 1, 4, 6, 59);
  const SiteOutputs before = RunSite(inputs, options).value();
  for (double& x : inputs.x) x *= 1000.0;
  const SiteOutputs after = RunSite(inputs, options).value();
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(after.pre[i], before.pre[i], 1e-14);
  for (int k = 0; k < 16; ++k) EXPECT_NEAR(after.res[k], before.res[k], 1e-14);
}

TEST(Site, OfZerosIsFiniteWithoutAnEpsilon) {
  const SiteOptions options = Options("sinkhorn");
  SiteInputs inputs = RandomInputs(options, 1, 2, 3, 60);
  std::fill(inputs.x.begin(), inputs.x.end(), 0.0);
  const SiteOutputs out = RunSite(inputs, options).value();
  EXPECT_DOUBLE_EQ(out.pre[0], 1.0 / (1.0 + std::exp(-inputs.bias[0])));
  for (const double grad : out.grad_x) EXPECT_TRUE(std::isfinite(grad));
}

TEST(Site, GatesSaturateWithoutOverflow) {
  const SiteOptions options = Options("identity");
  SiteInputs inputs = RandomInputs(options, 1, 2, 3, 61);
  inputs.bias = {-1e4, 1e4, 1e4, -1e4};
  const SiteOutputs out = RunSite(inputs, options).value();
  EXPECT_THAT(out.pre, testing::ElementsAre(0.0, 1.0));
  EXPECT_THAT(out.post, testing::ElementsAre(2.0, 0.0));
}

TEST(Site, RefusesArraysOfAnotherSize) {
  const SiteOptions options = Options("sinkhorn");
  const SiteInputs good = RandomInputs(options, 2, 4, 3, 62);
  const auto refusal = [&](auto change) {
    SiteInputs inputs = good;
    change(inputs);
    const Result<SiteOutputs> out = RunSite(inputs, options);
    return out ? "accepted" : out.error().message;
  };
  EXPECT_EQ(refusal([](SiteInputs& in) { in.x.pop_back(); }),
            "x: found 23 numbers, expected 24 (tokens, streams, channels)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.phi.resize(12 * 20); }),
            "phi: found 240 numbers, expected 288 (streams·channels, 2·streams + logits)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.alpha.push_back(1); }),
            "alpha: found 4 numbers, expected 3 (pre, post, res)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.bias.clear(); }),
            "bias: found 0 numbers, expected 24 (2·streams + logits)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.f.push_back(0); }),
            "f: found 7 numbers, expected 6 (tokens, channels)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.gy.resize(1); }),
            "gy: found 1 numbers, expected 24 (tokens, streams, channels)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.gz.resize(1); }),
            "gz: found 1 numbers, expected 6 (tokens, channels)");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.streams = 0; }),
            "streams: found 0, expected an integer from 1 to 64");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.tokens = 0; }), "tokens: found 0, expected at least 1");
  EXPECT_EQ(refusal([](SiteInputs& in) { in.channels = -1; }),
            "channels: found -1, expected at least 1");
}

}  // namespace
}  // namespace mhc
