#include "core/manifold/matrix_fit.h"

#include <gmock/gmock.h>

#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

ConstraintChoice Choice(std::string_view text) { return ParseConstraint(text).value(); }

double Spread(const std::vector<double>& values) {
  if (values.empty()) return 0.0;
  return *std::max_element(values.begin(), values.end()) -
         *std::min_element(values.begin(), values.end());
}

// What every fit promises of itself.
void ExpectHonest(const MatrixFit& fit, const ConstraintChoice& choice, const Matrix& target) {
  const int n = static_cast<int>(target.rows());
  EXPECT_EQ(fit.matrix, MapLogits(choice, n, fit.logits));
  EXPECT_DOUBLE_EQ(fit.residual, (fit.matrix - target).norm());
  if (choice.constraint->fit_spread > 0.0) {
    EXPECT_LE(Spread(fit.logits), choice.constraint->fit_spread + 1e-12);
  }
}

// Doubly stochastic to rounding, with entries down to about exp(−spread).
Matrix Converged(RandomMatrices& random, int n, double scale) {
  return MapLogits(Choice("sinkhorn:iterations=10000"), n, random.Normals(n * n, scale));
}

bool WithinReach(const Matrix& matrix) {
  return matrix.minCoeff() > 0.0 && std::log(matrix.maxCoeff() / matrix.minCoeff()) < 8.0;
}

TEST(Fit, OfSinkhornReachesEveryDoublyStochasticTargetWithinTheSpread) {
  RandomMatrices random(41);
  for (const char* text : {"sinkhorn", "sinkhorn:order=rows_columns", "sinkhorn:transpose=true",
                           "sinkhorn:iterations=1"}) {
    const ConstraintChoice choice = Choice(text);
    for (const int n : {2, 3, 4, 8}) {
      int reached = 0;
      for (int draw = 0; draw < 10; ++draw) {
        const Matrix target = Converged(random, n, 1.0);
        if (!WithinReach(target)) continue;
        const MatrixFit fit = FitMatrix(choice, target);
        EXPECT_LT(fit.residual, 1e-10) << text << " n=" << n;
        ExpectHonest(fit, choice, target);
        ++reached;
      }
      EXPECT_GE(reached, 5);
    }
  }
}

TEST(Fit, OfSinkhornRecoversItsOwnMatrices) {
  // Truncated maps are not doubly stochastic, so their logarithm is not yet the answer.
  RandomMatrices random(42);
  const ConstraintChoice choice = Choice("sinkhorn:iterations=3");
  for (int draw = 0; draw < 20; ++draw) {
    const Matrix target = MapLogits(choice, 4, random.Normals(16, 1.0));
    const MatrixFit fit = FitMatrix(choice, target);
    EXPECT_LT(fit.residual, 2e-5);
    const Matrix start = MapLogits(choice, 4, choice.constraint->fit_start(target, choice.options));
    EXPECT_LT(fit.residual, 1e-2 * (start - target).norm());
    ExpectHonest(fit, choice, target);
  }
}

TEST(Fit, OfSinkhornAtAVertexStopsAtTheBoundOfTheSpread) {
  RandomMatrices random(43);
  const ConstraintChoice choice = Choice("sinkhorn");
  // The nearest within a spread of 8 is the start's matrix with the streams renamed.
  const double expected =
      (MapLogits(choice, 4, StartLogits(choice, 4)) - Matrix::Identity(4, 4)).norm();
  for (int draw = 0; draw < 5; ++draw) {
    const Matrix target = random.Permutation(4);
    const MatrixFit fit = FitMatrix(choice, target);
    EXPECT_NEAR(fit.residual, expected, 1e-9);
    ExpectHonest(fit, choice, target);
  }
}

TEST(Fit, OfWideTargetsIsCloseAndWithinTheSpread) {
  RandomMatrices random(44);
  for (const char* text : {"sinkhorn", "sinkhorn:epsilon=1e-6", "row_softmax"}) {
    const ConstraintChoice choice = Choice(text);
    for (const int n : {4, 8}) {
      for (int draw = 0; draw < 5; ++draw) {
        const Matrix target = Converged(random, n, 4.0);
        const MatrixFit fit = FitMatrix(choice, target);
        EXPECT_LT(fit.residual, n == 4 ? 2e-3 : 4e-3) << text;
        ExpectHonest(fit, choice, target);
      }
    }
  }
}

TEST(Fit, OfRowSoftmaxReachesEveryPositiveRowStochasticTarget) {
  RandomMatrices random(45);
  for (const char* text : {"row_softmax", "row_softmax:transpose=true"}) {
    const ConstraintChoice choice = Choice(text);
    const Matrix target = MapLogits(choice, 4, random.Normals(16));
    const MatrixFit fit = FitMatrix(choice, target);
    EXPECT_LT(fit.residual, 1e-12);
    ExpectHonest(fit, choice, target);
  }
}

TEST(Fit, OfRowSoftmaxIsTheProjectionOntoTheSimplex) {
  // Every row (0.5, 0.5) + 0.1: the nearest shares are even; a negative weight goes to the edge.
  const Matrix target{{0.6, 0.6}, {1.4, -0.4}};
  const MatrixFit fit = FitMatrix(Choice("row_softmax"), target);
  EXPECT_NEAR(fit.matrix(0, 0), 0.5, 1e-6);
  EXPECT_GT(fit.matrix(1, 0), 0.999);
  ExpectHonest(fit, Choice("row_softmax"), target);
}

TEST(Fit, OfUnconstrainedIsExact) {
  RandomMatrices random(46);
  for (const char* text : {"unconstrained", "unconstrained:transpose=true"}) {
    const Matrix target = random.NormalMatrix(5, 5, 10.0);
    const MatrixFit fit = FitMatrix(Choice(text), target);
    EXPECT_EQ(fit.matrix, target);
    EXPECT_EQ(fit.residual, 0.0);
  }
}

TEST(Fit, OfTheIdentityHasOnlyItsResidual) {
  RandomMatrices random(47);
  const Matrix target = random.PermutationMixture(4);
  const MatrixFit fit = FitMatrix(Choice("identity"), target);
  EXPECT_TRUE(fit.logits.empty());
  EXPECT_EQ(fit.matrix, Matrix::Identity(4, 4));
  EXPECT_DOUBLE_EQ(fit.residual, (target - Matrix::Identity(4, 4)).norm());
}

TEST(Fit, OfSignedTargetsImprovesOnBothStarts) {
  RandomMatrices random(48);
  const ConstraintChoice choice = Choice("sinkhorn");
  for (int draw = 0; draw < 10; ++draw) {
    const Matrix target = random.NormalMatrix(4, 4);
    const MatrixFit fit = FitMatrix(choice, target);
    const auto residual_at = [&](const std::vector<double>& logits) {
      return (MapLogits(choice, 4, logits) - target).norm();
    };
    EXPECT_LT(fit.residual, residual_at(choice.constraint->fit_start(target, choice.options)));
    EXPECT_LT(fit.residual, residual_at(StartLogits(choice, 4)));
    ExpectHonest(fit, choice, target);
  }
}

TEST(Fit, OfANonPositiveTargetIsFinite) {
  const Matrix target = Matrix::Constant(4, 4, -1.0);
  for (const char* text : {"sinkhorn", "row_softmax", "sinkhorn:iterations=0"}) {
    ExpectHonest(FitMatrix(Choice(text), target), Choice(text), target);
  }
}

TEST(Fit, IsTheSameEachTime) {
  RandomMatrices random(49);
  const Matrix target = random.PermutationMixture(4);
  const MatrixFit first = FitMatrix(Choice("sinkhorn"), target);
  const MatrixFit second = FitMatrix(Choice("sinkhorn"), target);
  EXPECT_EQ(first.logits, second.logits);
}

}  // namespace
}  // namespace mhc
