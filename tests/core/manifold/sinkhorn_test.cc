#include "core/manifold/constraints/sinkhorn.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

ConstraintChoice Sinkhorn(std::string_view options = "") {
  return ParseConstraint("sinkhorn" + std::string(options)).value();
}

struct Quantiles {
  double median;
  double p99;
  double largest_exact;  // error of the sums normalised last
};

// Of the sums normalised first, over draws of scale·N(0,1) logits at n = 4.
Quantiles Errors(const ConstraintChoice& choice, double scale, bool rows_last) {
  constexpr int kDraws = 20000;
  RandomMatrices random(314);
  std::vector<double> errors;
  double largest_exact = 0.0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const Matrix matrix = MapLogits(choice, 4, random.Normals(16, scale));
    errors.push_back(rows_last ? ColumnError(matrix) : RowError(matrix));
    largest_exact = std::max(largest_exact, rows_last ? RowError(matrix) : ColumnError(matrix));
  }
  std::sort(errors.begin(), errors.end());
  return {errors[kDraws / 2], errors[kDraws * 99 / 100], largest_exact};
}

struct Published {
  double scale;
  double median;
  double p99;
};
constexpr Published kPublished[] = {
    {1.0, 3e-13, 2e-6}, {2.0, 7e-7, 1.2e-2}, {4.0, 3.0e-3, 4.4e-2}, {6.0, 1.5e-2, 6.4e-2}};

void ExpectPublishedErrors(const ConstraintChoice& choice, bool rows_last) {
  for (const Published& published : kPublished) {
    const Quantiles found = Errors(choice, published.scale, rows_last);
    EXPECT_LE(found.largest_exact, 1e-15) << published.scale;
    EXPECT_GT(found.median, published.median / 2.0) << published.scale;
    EXPECT_LT(found.median, published.median * 2.0) << published.scale;
    EXPECT_GT(found.p99, published.p99 / 2.0) << published.scale;
    EXPECT_LT(found.p99, published.p99 * 2.0) << published.scale;
  }
}

TEST(Sinkhorn, InThePapersOrderLeavesAllErrorInTheColumns) {
  ExpectPublishedErrors(Sinkhorn(), /*rows_last=*/true);
}

TEST(Sinkhorn, InTheOtherOrderLeavesAllErrorInTheRows) {
  ExpectPublishedErrors(Sinkhorn(":order=rows_columns"), /*rows_last=*/false);
}

TEST(Sinkhorn, TransposedLeavesAllErrorInTheRows) {
  ExpectPublishedErrors(Sinkhorn(":transpose=true"), /*rows_last=*/false);
}

TEST(Sinkhorn, OrdersAreEachOthersTransposeOnTransposedLogits) {
  RandomMatrices random(3);
  for (const char* epsilon : {"0", "1e-6"}) {
    const std::string options = std::string(":iterations=3,epsilon=") + epsilon;
    const Matrix logits = random.NormalMatrix(4, 4, 2.0);
    const Matrix turned = logits.transpose();
    const Matrix rows_last = MapLogits(Sinkhorn(options), 4, {logits.data(), 16});
    const Matrix columns_last =
        MapLogits(Sinkhorn(options + ",order=rows_columns"), 4, {turned.data(), 16});
    EXPECT_EQ((rows_last - columns_last.transpose()).cwiseAbs().maxCoeff(), 0.0) << epsilon;
  }
}

TEST(Sinkhorn, ErrorShrinksByTheSquareOfTheSecondSingularValueEachIteration) {
  RandomMatrices random(12);
  int compared = 0;
  for (int draw = 0; draw < 40; ++draw) {
    const std::vector<double> logits = random.Normals(16, 2.0);
    const Vector limit = SingularValues(MapLogits(Sinkhorn(":iterations=10000"), 4, logits));
    const double expected = limit(1) * limit(1);
    // Where the third singular value is near the second, its part of the error fades too slowly.
    if (expected < 0.2 || expected > 0.9 || limit(2) > 0.8 * limit(1)) continue;
    const auto error = [&](int iterations) {
      return ColumnError(
          MapLogits(Sinkhorn(":iterations=" + std::to_string(iterations)), 4, logits));
    };
    int t = 5;
    while (error(t) > 1e-10) ++t;
    EXPECT_NEAR(error(t + 1) / error(t), expected, 1e-3);
    ++compared;
  }
  EXPECT_GE(compared, 10);
}

TEST(Sinkhorn, WithoutIterationsIsTheExponential) {
  RandomMatrices random(4);
  const std::vector<double> logits = random.Normals(9);
  const Matrix matrix = MapLogits(Sinkhorn(":iterations=0"), 3, logits);
  for (int k = 0; k < 9; ++k) EXPECT_DOUBLE_EQ(matrix.data()[k], std::exp(logits[k]));
}

TEST(Sinkhorn, WithEpsilonHasRowSumsBelowOneByEpsilon) {
  RandomMatrices random(5);
  for (int draw = 0; draw < 100; ++draw) {
    const Matrix matrix = MapLogits(Sinkhorn(":epsilon=1e-6"), 4, random.Normals(16));
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(1.0 - matrix.row(i).sum(), 1e-6, 1e-9);
  }
}

TEST(Sinkhorn, WithEpsilonDiffersVisiblyFromThePaperAtWideLogits) {
  // The largest entry difference over 2000 draws: 1.1e-5, 5e-3 and 0.77.
  const auto difference = [](double scale) {
    RandomMatrices random(6);
    double largest = 0.0;
    for (int draw = 0; draw < 2000; ++draw) {
      const std::vector<double> logits = random.Normals(16, scale);
      const Matrix apart =
          MapLogits(Sinkhorn(), 4, logits) - MapLogits(Sinkhorn(":epsilon=1e-6"), 4, logits);
      largest = std::max(largest, apart.cwiseAbs().maxCoeff());
    }
    return largest;
  };
  EXPECT_LT(difference(1.0), 1e-4);
  EXPECT_LT(difference(3.0), 5e-2);
  EXPECT_GT(difference(8.0), 0.3);
}

std::vector<std::vector<double>> ExtremeLogits() {
  RandomMatrices random(8);
  std::vector<std::vector<double>> cases;
  for (const double magnitude : {60.0, 700.0, 1e4, 1e308}) {
    for (int draw = 0; draw < 20; ++draw) {
      std::vector<double> logits = random.Normals(16);
      for (double& logit : logits) logit = logit > 0.0 ? magnitude : -magnitude;
      cases.push_back(logits);
    }
  }
  std::vector<double> column_below(16, 0.0);
  std::vector<double> row_below(16, 0.0);
  for (int i = 0; i < 4; ++i) {
    column_below[i * 4 + 1] = -1e4;
    row_below[2 * 4 + i] = -1e4;
  }
  cases.push_back(column_below);
  cases.push_back(row_below);
  return cases;
}

TEST(Sinkhorn, IsFiniteWithFiniteDerivativesAtExtremeLogits) {
  RandomMatrices random(9);
  const Matrix cotangent = random.NormalMatrix(4, 4);
  for (const char* options :
       {"", ":order=rows_columns", ":epsilon=1e-6", ":epsilon=1e-6,order=rows_columns",
        ":iterations=1", ":iterations=200", ":iterations=0"}) {
    const ConstraintChoice choice = Sinkhorn(options);
    for (const std::vector<double>& logits : ExtremeLogits()) {
      EXPECT_TRUE(MapLogits(choice, 4, logits).allFinite()) << options << " " << logits[0];
      const std::vector<double> grad = PullbackLogits(choice, 4, logits, cotangent);
      if (options == std::string_view(":iterations=0")) continue;  // 1e304 times the cotangent
      EXPECT_TRUE(Eigen::Map<const Vector>(grad.data(), 16).allFinite())
          << options << " " << logits[0];
    }
  }
}

TEST(Sinkhorn, KeepsTheLastSumsExactAtExtremeLogits) {
  for (const std::vector<double>& logits : ExtremeLogits()) {
    EXPECT_LE(RowError(MapLogits(Sinkhorn(), 4, logits)), 1e-15);
    EXPECT_LE(ColumnError(MapLogits(Sinkhorn(":order=rows_columns"), 4, logits)), 1e-15);
  }
}

TEST(Sinkhorn, ReportsHonestColumnErrorWhereTheSupportHoldsNoPermutation) {
  // Rows 0 and 1 can only take from column 0.
  const std::vector<double> logits = {60, -60, -60, 60, -60, -60, -60, 60, 60};
  const Matrix matrix = MapLogits(Sinkhorn(), 3, logits);
  EXPECT_LE(RowError(matrix), 1e-15);
  EXPECT_GT(ColumnError(matrix), 0.4);
}

TEST(Sinkhorn, DoesNotMindAColumnFarBelowTheRest) {
  RandomMatrices random(10);
  std::vector<double> logits = random.Normals(16);
  const Matrix near = MapLogits(Sinkhorn(), 4, logits);
  for (int i = 0; i < 4; ++i) logits[i * 4 + 2] -= 1e4;
  // A constant on a column is a gauge: only the rounding of logits near 1e4 is left.
  EXPECT_LT((MapLogits(Sinkhorn(), 4, logits) - near).cwiseAbs().maxCoeff(), 1e-11);
}

}  // namespace
}  // namespace mhc
