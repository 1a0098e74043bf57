#include "core/model/mixing_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

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
        "row_softmax:transpose=true", "block_orthostochastic:s=1", "block_orthostochastic:s=3",
        "circulant:beta=2,depth=8", "identity_mix:order=rows_columns", "harmonized:scale=0.3",
        "transport_fill:transpose=true"}) {
    texts.push_back(text);
  }
  return texts;
}

TEST(MixingMap, EveryConstraintOfTheTableHasADifferentiableVersion) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    EXPECT_TRUE(HasDifferentiableMap(constraint)) << constraint.name;
  }
}

TEST(MixingMap, WithoutLogitsIsTheOraclesMatrixOfAnyNumberOfStreams) {
  std::set<std::string> of_one_stream;
  for (const std::string& text : ChoicesToCompare()) {
    const ConstraintChoice choice = *ParseConstraint(text);
    for (const int n : {1, 2, 3, 4, 6, 8}) {
      if (!CheckStreams(choice, n) || LogitCount(choice, n) > 0) continue;
      if (n == 1) of_one_stream.insert(choice.constraint->name);
      Matrix matrix = MapLogits(choice, n, {});
      const at::Tensor oracle = torch::from_blob(matrix.data(), {n, n}, torch::kFloat64);
      for (const at::Tensor& none : {at::Tensor(), torch::zeros({2, 3, 0}, torch::kFloat64)}) {
        const at::Tensor h = MapLogitsDifferentiably(choice, n, none);
        EXPECT_TRUE(h.to(torch::kFloat64).equal(oracle)) << text << " n = " << n;
      }
    }
  }
  EXPECT_THAT(of_one_stream, testing::IsSupersetOf({"cayley", "orthostochastic", "transport_fill",
                                                    "block_orthostochastic", "identity"}));
}

// Below it a float32 gradient is compared on this scale: those of shares are differences of numbers
// of the size of the cotangent, known to its rounding.
at::Tensor Float32Floor(const ConstraintChoice& choice) {
  const std::string& code = choice.constraint->code;
  const bool has_matrix_of_logits = code == "C1" || code == "C2" || code == "C3";
  return torch::full({1}, has_matrix_of_logits ? 1e-3 : 1e-2, torch::kFloat64);
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
        const at::Tensor narrow_floor = Float32Floor(choice);
        EXPECT_LE(RelativeError(torch::cat({narrow.gradient, narrow_floor}),
                                torch::cat({expected_narrow.gradient, narrow_floor})),
                  1e-5)
            << what;
      }
    }
  }
}

// Where a map has no derivative (transport_fill at equal bounds, spectral_clip on its edge), both
// choose the same one.
TEST(MixingMap, AgreesWithTheOracleAtTheStart) {
  for (const std::string& text : ChoicesToCompare()) {
    const ConstraintChoice choice = *ParseConstraint(text);
    for (const int n : {2, 3, 4, 8}) {
      if (!CheckStreams(choice, n) || LogitCount(choice, n) == 0) continue;
      const auto start = StartLogits(choice, n);
      const auto cotangent = Normal(n * n, 1.0, 5);
      const Evaluation expected = Oracle(choice, n, start, cotangent);
      const Evaluation found = Differentiable(choice, n, start, cotangent, torch::kFloat64);
      EXPECT_LE(RelativeError(found.value, expected.value), 1e-12) << text << " n=" << n;
      EXPECT_LE(RelativeError(found.gradient, expected.gradient), 1e-12) << text << " n=" << n;
    }
  }
}

TEST(MixingMap, OfABatchIsThatOfEachToken) {
  for (const std::string& text : ChoicesToCompare()) {
    const ConstraintChoice choice = *ParseConstraint(text);
    const std::int64_t count = LogitCount(choice, 4);
    if (count == 0) continue;
    const at::Tensor logits_BTK =
        torch::tensor(Normal(6 * count, 1.0, 6), torch::kFloat64).view({2, 3, count});
    const at::Tensor res_BTNN = MapLogitsDifferentiably(choice, 4, logits_BTK);
    ASSERT_EQ(res_BTNN.sizes(), (std::vector<std::int64_t>{2, 3, 4, 4})) << text;
    EXPECT_EQ(res_BTNN.scalar_type(), torch::kFloat64) << text;
    for (int token = 0; token < 6; ++token) {
      const at::Tensor single =
          MapLogitsDifferentiably(choice, 4, logits_BTK.view({6, count})[token]);
      EXPECT_LE(RelativeError(res_BTNN.reshape({6, 4, 4})[token], single), 1e-14) << text;
    }
  }
}

void ExpectFinite(const ConstraintChoice& choice, int n, const std::vector<double>& logits) {
  for (const at::ScalarType type : {torch::kFloat32, torch::kFloat64}) {
    const Evaluation found = Differentiable(choice, n, logits, Normal(n * n, 1.0, 8), type);
    EXPECT_TRUE(found.value.isfinite().all().item<bool>())
        << ToText(choice) << testing::PrintToString(logits);
    EXPECT_TRUE(found.gradient.isfinite().all().item<bool>())
        << ToText(choice) << testing::PrintToString(logits);
  }
}

TEST(MixingMap, StaysFiniteForwardAndBackwardOnExtremeLogits) {
  for (const std::string& text : ChoicesToCompare()) {
    const ConstraintChoice choice = *ParseConstraint(text);
    for (const int n : {2, 3, 4}) {
      if (!CheckStreams(choice, n) || LogitCount(choice, n) == 0) continue;
      const int count = LogitCount(choice, n);
      for (const double magnitude : {60.0, 700.0, 1e4, 1e30}) {
        std::vector<double> logits = Normal(count, 1.0, 7);
        for (double& z : logits) z = z > 0 ? magnitude : -magnitude;
        ExpectFinite(choice, n, logits);
        logits = Normal(count, 1.0, 9);
        for (int k = n / 2; k < count; k += n) logits[k] = -magnitude;
        ExpectFinite(choice, n, logits);
      }
      ExpectFinite(choice, n, std::vector<double>(count, 0.0));
    }
  }
}

// Logits between 0 and −spread, both of which are among them, as a float has them.
std::vector<double> SpreadOver(double spread, std::size_t count, std::uint64_t seed) {
  std::vector<double> logits = Normal(count, 1.0, seed);
  const auto [low, high] = std::minmax_element(logits.begin(), logits.end());
  const double lowest = *low, range = *high - *low;
  for (double& z : logits) z = static_cast<float>(((z - lowest) / range - 1.0) * spread);
  return logits;
}

// The largest relative error of an entry of at least `smallest`.
double LargestEntryError(const at::Tensor& found, const at::Tensor& expected, double smallest) {
  return torch::where(expected < smallest, torch::zeros_like(found),
                      (found / expected.clamp_min(smallest) - 1.0).abs())
      .max()
      .item<double>();
}

void ExpectTheOracle(const std::string& text, const std::vector<double>& logits, int n) {
  const ConstraintChoice choice = *ParseConstraint(text);
  const auto cotangent = Normal(n * n, 1.0, 12);
  const Evaluation expected = Oracle(choice, n, logits, cotangent);
  const Evaluation wide = Differentiable(choice, n, logits, cotangent, torch::kFloat64);
  EXPECT_LE(LargestEntryError(wide.value, expected.value, 1e-300), 1e-12) << text;
  EXPECT_LE((wide.gradient - expected.gradient).abs().max().item<double>(), 1e-12) << text;
  const Evaluation narrow = Differentiable(choice, n, logits, cotangent, torch::kFloat32);
  EXPECT_LE(LargestEntryError(narrow.value, expected.value, 1e-37), 1e-6) << text;
  EXPECT_LE((narrow.gradient - expected.gradient).abs().max().item<double>(), 1e-5) << text;
}

// Of the last logits, rows 0 and 1 have only column 0 at first: what they have of the others grows
// from below the smallest float, or double, every iteration.
TEST(MixingMap, OfSinkhornIsTheOraclesHoweverFarApartTheLogitsAre) {
  for (const double spread : {42.0, 60.0, 120.0, 351.0, 709.0, 745.0, 800.0, 3000.0}) {
    const std::vector<double> growing = {0,       -spread, -spread, 0, -0.875 * spread,
                                         -spread, -spread, 0,       0};
    for (const char* options :
         {"iterations=20", "iterations=300", "iterations=300,order=rows_columns",
          "iterations=300,epsilon=1e-6"}) {
      const std::string what = fmt::format("sinkhorn:{}", options);
      SCOPED_TRACE(spread);
      ExpectTheOracle(what, SpreadOver(spread, 16, 11), 4);
      ExpectTheOracle(what, growing, 3);
      std::vector<double> with_gate = {0.25};
      with_gate.insert(with_gate.end(), growing.begin(), growing.end());
      ExpectTheOracle(fmt::format("identity_mix:{}", options), with_gate, 3);
    }
  }
}

TEST(MixingMap, OfATokenFarApartLeavesTheOthersTheirBits) {
  const ConstraintChoice choice = *ChooseConstraint("sinkhorn");
  for (const at::ScalarType type : {torch::kFloat32, torch::kFloat64}) {
    const at::Tensor near_MK =
        torch::tensor(Normal(7 * 16, 2.0, 13), torch::kFloat64).view({7, 16});
    at::Tensor mixed_MK = near_MK.clone();
    mixed_MK[3] *= 100.0;
    mixed_MK[5] *= 1000.0;
    const auto of = [&](const at::Tensor& logits_MK) {
      const at::Tensor z = logits_MK.detach().to(type, false, /*copy=*/true).requires_grad_();
      const at::Tensor res = MapLogitsDifferentiably(choice, 4, z);
      res.square().sum().backward();
      return std::pair(res.detach(), z.grad());
    };
    const auto [near_res, near_grad] = of(near_MK);
    const auto [mixed_res, mixed_grad] = of(mixed_MK);
    for (const int token : {0, 1, 2, 4, 6}) {
      EXPECT_TRUE(torch::equal(near_res[token], mixed_res[token])) << token;
      EXPECT_TRUE(torch::equal(near_grad[token], mixed_grad[token])) << token;
    }
    for (const int token : {3, 5}) {
      const auto alone = of(mixed_MK[token].unsqueeze(0));
      EXPECT_TRUE(torch::equal(alone.first[0], mixed_res[token])) << token;
      EXPECT_TRUE(torch::equal(alone.second[0], mixed_grad[token])) << token;
    }
  }
}

// A step whose maps are not finite is the guard's to judge: no operation may throw for it.
TEST(MixingMap, OfANanIsANan) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const ConstraintChoice choice = *ChooseConstraint(constraint.name);
    if (LogitCount(choice, 4) == 0) continue;
    const at::Tensor logits = torch::full({LogitCount(choice, 4)}, std::nan(""), torch::kFloat32);
    EXPECT_TRUE(MapLogitsDifferentiably(choice, 4, logits).isnan().any().item<bool>())
        << constraint.name;
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
