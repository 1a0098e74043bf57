#include "core/manifold/diagnostics/logit_diagnostics.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/manifold/diagnostics/sinkhorn_residual.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNan;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RelativeRange, IsTheLogarithmOfTheRatioOfTheExponentials) {
  const std::vector<double> logits = {0.5, -1.25, 3.0, 2.0};
  EXPECT_EQ(RelativeRange(logits), 4.25);
  EXPECT_NEAR(RelativeRange(logits), std::log(std::exp(3.0) / std::exp(-1.25)), 1e-14);
  EXPECT_EQ(RelativeRange(std::vector<double>{7.0}), 0.0);
  EXPECT_EQ(RelativeRange({}), 0.0);
  EXPECT_EQ(RelativeRange(std::vector<double>{1.0, kInfinity}), kInfinity);
  EXPECT_THAT(RelativeRange(std::vector<double>{1.0, std::nan(""), 2.0}), IsNan());
}

TEST(WideShare, CountsWhatIsBeyondThirty) {
  EXPECT_EQ(WideShare(std::vector<double>{30.0, 30.5, 2.0, 31.0}), 0.5);
  EXPECT_THAT(WideShare({}), IsNan());
  EXPECT_THAT(WideShare(std::vector<double>{31.0, std::nan("")}), IsNan());
}

TEST(DecayedLogits, AreTheStartTimesTheFactorOfEveryStep) {
  const std::vector<double> rates = {0.5, 0.25, 0.0};
  EXPECT_DOUBLE_EQ(DecayFactor(rates, 0.2), 0.9 * 0.95);
  EXPECT_EQ(DecayFactor({}, 0.2), 1.0);
  EXPECT_THAT(DecayedLogits(std::vector<double>{1.0, -2.0}, rates, 0.2),
              ElementsAre(0.9 * 0.95, -2.0 * 0.9 * 0.95));
}

double DifferenceGainOfSinkhorn(const std::vector<double>& logits) {
  return DifferenceGain(MapLogits(ChooseConstraint("sinkhorn").value(), 4, logits));
}

// G30: diagonal logits of 4, a cumulative factor of .9685: .93055 becomes .9217.
TEST(DecayedLogits, DrawASinkhornMapToTheUniformMatrixAsPublished) {
  std::vector<double> logits(16, 0.0);
  for (int i = 0; i < 4; ++i) logits[5 * i] = 4.0;
  EXPECT_NEAR(DifferenceGainOfSinkhorn(logits), 0.93055, 1e-5);
  const double rate = (1.0 - std::pow(0.9685, 1.0 / 1000.0)) / 0.1;
  const std::vector<double> rates(1000, rate);
  EXPECT_NEAR(DecayFactor(rates, 0.1), 0.9685, 1e-12);
  EXPECT_NEAR(DifferenceGainOfSinkhorn(DecayedLogits(logits, rates, 0.1)), 0.9217, 1e-3);
  const std::vector<double> long_run(400000, rate);
  EXPECT_LT(DifferenceGainOfSinkhorn(DecayedLogits(logits, long_run, 0.1)), 1e-4);
}

TEST(SinkhornResidual, IsTheErrorOfTheMapThatStopsThere) {
  RandomMatrices random(71);
  for (const char* options : {"", ",order=rows_columns", ",epsilon=1e-3", ",transpose=true"}) {
    const std::vector<double> logits = random.Normals(9, 2.0);
    const auto residual = ResidualByIteration(
        ParseConstraint("sinkhorn:iterations=12" + std::string(options)).value(), 3, logits);
    ASSERT_EQ(residual.row_error.size(), 12u);
    for (int t = 1; t <= 12; ++t) {
      const std::string text = "sinkhorn:iterations=" + std::to_string(t) + options;
      const Matrix stopped = MapLogits(ParseConstraint(text).value(), 3, logits);
      EXPECT_EQ(residual.row_error[t - 1], RowError(stopped)) << text;
      EXPECT_EQ(residual.column_error[t - 1], ColumnError(stopped)) << text;
    }
  }
}

// G6, over iterations: the logarithm falls along a line of slope ln σ₂².
TEST(SinkhornResidual, FallsByTheSquareOfTheSecondSingularValue) {
  RandomMatrices random(12);
  int compared = 0;
  for (int draw = 0; draw < 40; ++draw) {
    const std::vector<double> logits = random.Normals(16, 2.0);
    const auto choice = ParseConstraint("sinkhorn:iterations=5000").value();
    const Vector limit = SingularValues(MapLogits(choice, 4, logits));
    const double expected = limit(1) * limit(1);
    if (expected < 0.2 || expected > 0.9 || limit(2) > 0.8 * limit(1)) continue;
    const std::vector<double> error = ResidualByIteration(choice, 4, logits).column_error;
    std::size_t t = 5;
    while (error[t] > 1e-10) ++t;
    EXPECT_NEAR(error[t + 1] / error[t], expected, 1e-3);
    ++compared;
  }
  EXPECT_GE(compared, 10);
}

}  // namespace
}  // namespace mhc
