#include "core/model/mixing_map.h"

#include <gtest/gtest.h>

#include <random>

namespace mhc {
namespace {

std::vector<double> Normal(std::size_t count, double scale, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal(0.0, scale);
  std::vector<double> values(count);
  for (double& value : values) value = normal(engine);
  return values;
}

struct Evaluation {
  at::Tensor value, gradient;  // float64
};

// Value [N, N] and gradient [K] of Σ H∘cotangent in the given type.
Evaluation Differentiable(const ConstraintChoice& choice, int n, const std::vector<double>& logits,
                          const std::vector<double>& cotangent, at::ScalarType type) {
  at::Tensor z = torch::tensor(logits, torch::kFloat64).to(type).requires_grad_();
  const at::Tensor h = MapLogitsDifferentiably(choice, n, z);
  const at::Tensor g = torch::tensor(cotangent, torch::kFloat64).to(type).view({n, n});
  (h * g).sum().backward();
  return {h.detach().to(torch::kFloat64), z.grad().to(torch::kFloat64)};
}

Evaluation Oracle(const ConstraintChoice& choice, int n, const std::vector<double>& logits,
                  const std::vector<double>& cotangent) {
  const Matrix h = MapLogits(choice, n, logits);
  const Matrix g = Eigen::Map<const Matrix>(cotangent.data(), n, n);
  const std::vector<double> gradient = PullbackLogits(choice, n, logits, g);
  return {torch::from_blob(const_cast<double*>(h.data()), {n, n}, torch::kFloat64).clone(),
          torch::tensor(gradient, torch::kFloat64)};
}

double RelativeError(const at::Tensor& found, const at::Tensor& expected) {
  const double scale = std::max(expected.abs().max().item<double>(), 1e-300);
  return (found - expected).abs().max().item<double>() / scale;
}

std::vector<std::string> ChoicesToCompare() {
  std::vector<std::string> texts;
  for (const MixingConstraint& constraint : MixingConstraints()) texts.push_back(constraint.name);
  for (const char* text :
       {"sinkhorn:order=rows_columns", "sinkhorn:epsilon=1e-6", "sinkhorn:iterations=1",
        "sinkhorn:iterations=5,epsilon=1e-3,order=rows_columns,transpose=true",
        "row_softmax:transpose=true"}) {
    texts.push_back(text);
  }
  return texts;
}

TEST(MixingMap, EveryConstraintOfTheTableHasADifferentiableVersion) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    EXPECT_TRUE(HasDifferentiableMap(constraint)) << constraint.name;
  }
}

TEST(MixingMap, AgreesWithTheOracleInValueAndGradient) {
  for (const std::string& text : ChoicesToCompare()) {
    const ConstraintChoice choice = *ParseConstraint(text);
    for (const int n : {1, 2, 3, 4, 6, 8}) {
      if (!CheckStreams(choice, n) || LogitCount(choice, n) == 0) continue;
      for (const double scale : {0.1, 1.0, 3.0}) {
        const auto seed = static_cast<std::uint64_t>(100 * n + 10 * scale);
        const auto logits = Normal(LogitCount(choice, n), scale, seed);
        const auto cotangent = Normal(n * n, 1.0, seed + 1);
        // In float32 the logits themselves are rounded; the oracle gets the rounded ones.
        std::vector<double> rounded(logits.begin(), logits.end());
        for (double& z : rounded) z = static_cast<float>(z);
        const Evaluation expected = Oracle(choice, n, logits, cotangent);
        const Evaluation wide = Differentiable(choice, n, logits, cotangent, torch::kFloat64);
        const std::string what = fmt::format("{} n={} scale={}", text, n, scale);
        EXPECT_LE(RelativeError(wide.value, expected.value), 1e-12) << what;
        // A gradient that vanishes exactly (n = 1) is compared on the scale of its cotangent.
        const at::Tensor floor = torch::full({1}, 1e-3, torch::kFloat64);
        const auto with_floor = [&](const at::Tensor& t) { return torch::cat({t, floor}); };
        EXPECT_LE(RelativeError(with_floor(wide.gradient), with_floor(expected.gradient)), 1e-12)
            << what;
        const Evaluation narrow = Differentiable(choice, n, rounded, cotangent, torch::kFloat32);
        const Evaluation expected_narrow = Oracle(choice, n, rounded, cotangent);
        EXPECT_LE(RelativeError(narrow.value, expected_narrow.value), 1e-6) << what;
        EXPECT_LE(RelativeError(with_floor(narrow.gradient), with_floor(expected_narrow.gradient)),
                  1e-5)
            << what;
      }
    }
  }
}

TEST(MixingMap, StaysFiniteForwardAndBackwardOnExtremeLogits) {
  for (const char* text :
       {"sinkhorn", "sinkhorn:order=rows_columns", "sinkhorn:epsilon=1e-6", "row_softmax"}) {
    const ConstraintChoice choice = *ParseConstraint(text);
    for (const double magnitude : {60.0, 700.0, 1e4}) {
      std::vector<double> logits = Normal(16, 1.0, 7);
      for (double& z : logits) z = z > 0 ? magnitude : -magnitude;
      const Evaluation signs =
          Differentiable(choice, 4, logits, Normal(16, 1.0, 8), torch::kFloat32);
      EXPECT_TRUE(signs.value.isfinite().all().item<bool>()) << text << magnitude;
      EXPECT_TRUE(signs.gradient.isfinite().all().item<bool>()) << text << magnitude;

      logits = Normal(16, 1.0, 9);
      for (int i = 0; i < 4; ++i) logits[4 * i + 2] = -magnitude;
      const Evaluation column =
          Differentiable(choice, 4, logits, Normal(16, 1.0, 8), torch::kFloat32);
      EXPECT_TRUE(column.value.isfinite().all().item<bool>()) << text << magnitude;
      EXPECT_TRUE(column.gradient.isfinite().all().item<bool>()) << text << magnitude;
    }
  }
}

TEST(MixingMap, TheLogitsHaveAGradientAtTheStartOfEveryConstraint) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const ConstraintChoice choice = *ChooseConstraint(constraint.name);
    if (!CheckStreams(choice, 4) || LogitCount(choice, 4) == 0) continue;
    const Evaluation at_start =
        Differentiable(choice, 4, StartLogits(choice, 4), Normal(16, 1.0, 3), torch::kFloat32);
    EXPECT_GT(at_start.gradient.abs().max().item<double>(), 1e-5) << constraint.name;
  }
}

}  // namespace
}  // namespace mhc
