#include "core/manifold/diagnostics/matrix_diagnostics.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/diagnostics/mixing.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsNan;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Matrix Uniform(int n) { return Matrix::Constant(n, n, 1.0 / n); }

TEST(Diagnostics, OfTheIdentityAreTheLandmarks) {
  const MatrixDiagnostics found = Diagnose(Matrix::Identity(4, 4));
  EXPECT_EQ(found.size, 4);
  EXPECT_EQ(found.row_error, 0.0);
  EXPECT_EQ(found.column_error, 0.0);
  EXPECT_EQ(found.forward_gain, 1.0);
  EXPECT_EQ(found.backward_gain, 1.0);
  EXPECT_THAT(found.singular_values, ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(found.condition_number, 1.0);
  EXPECT_EQ(found.second_eigenvalue, 1.0);
  EXPECT_EQ(found.spectral_gap, 0.0);
  EXPECT_EQ(found.mixing_time, kInfinity);
  EXPECT_EQ(found.distance_to_identity, 0.0);
  EXPECT_NEAR(found.distance_to_uniform, std::sqrt(3.0), 1e-15);
  EXPECT_EQ(found.distance_to_permutation, 0.0);
  EXPECT_EQ(found.entropy, 0.0);
  EXPECT_EQ(found.dobrushin, 1.0);
  EXPECT_NEAR(found.difference_gain, 1.0, 1e-15);
  EXPECT_EQ(found.mean_gain, 1.0);
  EXPECT_EQ(found.minimum_entry, 0.0);
}

TEST(Diagnostics, OfTheUniformMatrixAreTheLandmarks) {
  const MatrixDiagnostics found = Diagnose(Uniform(4));
  EXPECT_EQ(found.forward_gain, 1.0);
  EXPECT_NEAR(found.singular_values[0], 1.0, 1e-15);
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(found.singular_values[k], 0.0, 1e-15);
  EXPECT_GT(found.condition_number, 1e15);
  EXPECT_NEAR(found.second_eigenvalue, 0.0, 1e-15);
  EXPECT_NEAR(found.spectral_gap, 1.0, 1e-15);
  EXPECT_LT(found.mixing_time, 0.2);
  EXPECT_NEAR(found.distance_to_identity, std::sqrt(3.0), 1e-15);
  EXPECT_EQ(found.distance_to_uniform, 0.0);
  EXPECT_NEAR(found.distance_to_permutation, std::sqrt(3.0), 1e-15);
  EXPECT_NEAR(found.entropy, 1.0, 1e-15);
  EXPECT_NEAR(found.entropy * 4.0 * std::log(4.0), 5.545, 5e-4);  // n ln n
  EXPECT_EQ(found.dobrushin, 0.0);
  EXPECT_NEAR(found.difference_gain, 0.0, 1e-15);
  EXPECT_EQ(found.mean_gain, 1.0);
  EXPECT_EQ(found.minimum_entry, 0.25);
}

TEST(Diagnostics, OfAMatrixWorkedByHand) {
  const Matrix matrix{{1.0, -2.0}, {0.5, 3.0}};
  const MatrixDiagnostics found = Diagnose(matrix);
  EXPECT_THAT(found.row_sums, ElementsAre(-1.0, 3.5));
  EXPECT_THAT(found.column_sums, ElementsAre(1.5, 1.0));
  EXPECT_EQ(found.row_error, 2.5);
  EXPECT_EQ(found.column_error, 0.5);
  EXPECT_EQ(found.forward_gain, 3.5);
  EXPECT_EQ(found.backward_gain, 1.5);
  EXPECT_EQ(found.norm_inf, 3.5);
  EXPECT_EQ(found.norm_1, 5.0);
  EXPECT_EQ(found.mean_gain, 1.25);
  EXPECT_EQ(found.minimum_entry, -2.0);
  EXPECT_NEAR(found.eigenvalues[0].real(), 2.0, 1e-7);  // a double eigenvalue, defective
  EXPECT_NEAR(found.singular_values[0] * found.singular_values[1], 4.0, 1e-14);
  EXPECT_EQ(found.dobrushin, 0.5 * (0.5 + 5.0));
  EXPECT_EQ(found.distance_to_identity, std::sqrt(4.0 + 0.25 + 4.0));
  // (I−J)P(I−J) = ½(1 − 0.5 + 2 + 3)·½[[1,−1],[−1,1]]
  EXPECT_NEAR(found.difference_gain, 2.75, 1e-14);
  EXPECT_THAT(found.entropy, IsNan());
}

TEST(Diagnostics, OfOneStreamAreDefined) {
  const MatrixDiagnostics found = Diagnose(Matrix::Identity(1, 1));
  EXPECT_EQ(found.second_eigenvalue, 0.0);
  EXPECT_EQ(found.spectral_gap, 1.0);
  EXPECT_EQ(found.mixing_time, 0.0);
  EXPECT_EQ(found.entropy, 0.0);
  EXPECT_EQ(found.dobrushin, 0.0);
  EXPECT_EQ(found.difference_gain, 0.0);
  EXPECT_EQ(found.forward_gain, 1.0);
}

TEST(Diagnostics, OfEntriesThatAreNotFiniteAreNotFinite) {
  for (const double poison : {std::nan(""), kInfinity}) {
    for (int position = 0; position < 9; ++position) {
      Matrix matrix = Uniform(3);
      matrix.data()[position] = poison;
      const MatrixDiagnostics found = Diagnose(matrix);
      EXPECT_FALSE(std::isfinite(found.row_error));
      EXPECT_FALSE(std::isfinite(found.column_error));
      EXPECT_FALSE(std::isfinite(found.forward_gain));
      EXPECT_FALSE(std::isfinite(found.norm_1));
      EXPECT_FALSE(std::isfinite(found.mean_gain));
      EXPECT_THAT(found.singular_values, Each(IsNan()));
      EXPECT_THAT(found.spectral_norm, IsNan());
      EXPECT_THAT(found.second_eigenvalue, IsNan());
      EXPECT_THAT(found.mixing_time, IsNan());
      EXPECT_FALSE(std::isfinite(found.distance_to_identity));
      EXPECT_THAT(found.distance_to_permutation, IsNan());
      EXPECT_THAT(found.entropy, IsNan());
      EXPECT_THAT(found.dobrushin, IsNan());
      EXPECT_THAT(found.difference_gain, IsNan());
    }
  }
}

TEST(DoublyStochastic, MatricesStayDoublyStochasticUnderProducts) {
  RandomMatrices random(21);
  for (int draw = 0; draw < 20; ++draw) {
    std::vector<Matrix> sites;
    for (int l = 0; l < 64; ++l) sites.push_back(random.PermutationMixture(4));
    const Matrix product = Product(sites);
    EXPECT_LT(RowError(product), 1e-12);
    EXPECT_LT(ColumnError(product), 1e-12);
    EXPECT_GE(MinimumEntry(product), 0.0);
  }
}

TEST(DoublyStochastic, MatricesHaveSpectralNormAndLargestEigenvalueOne) {
  RandomMatrices random(22);
  for (const int n : {2, 3, 4, 8}) {
    for (int draw = 0; draw < 50; ++draw) {
      const MatrixDiagnostics found = Diagnose(random.PermutationMixture(n));
      EXPECT_NEAR(found.spectral_norm, 1.0, 1e-12);
      double nearest_to_one = 1.0;
      for (const std::complex<double>& value : found.eigenvalues) {
        EXPECT_LE(std::abs(value), 1.0 + 1e-12);
        nearest_to_one = std::min(nearest_to_one, std::abs(value - 1.0));
      }
      EXPECT_LT(nearest_to_one, 1e-12);
      EXPECT_NEAR(std::abs(found.eigenvalues[0]), 1.0, 1e-12);
      EXPECT_GE(found.entropy, 0.0);
      EXPECT_LE(found.entropy, 1.0 + 1e-12);
    }
  }
}

TEST(Orthogonal, ProductsKeepTheNormOfTheStreamsWhileTheGainMayPassOne) {
  RandomMatrices random(23);
  double largest_gain = 0.0;
  for (int draw = 0; draw < 50; ++draw) {
    std::vector<Matrix> sites;
    for (int l = 0; l < 32; ++l) {
      sites.push_back(l % 2 == 0 ? random.Cayley(4) : random.Householder(4));
      EXPECT_NEAR(sites.back().determinant(), l % 2 == 0 ? 1.0 : -1.0, 1e-12);
    }
    const Matrix product = Product(sites);
    EXPECT_LT((product * product.transpose() - Matrix::Identity(4, 4)).norm(), 1e-12);
    const Matrix streams = random.NormalMatrix(4, 16);
    EXPECT_NEAR((product * streams).norm(), streams.norm(), 1e-12 * streams.norm());
    const MatrixDiagnostics found = Diagnose(product);
    EXPECT_NEAR(found.spectral_norm, 1.0, 1e-12);
    EXPECT_NEAR(found.condition_number, 1.0, 1e-12);
    EXPECT_LE(found.forward_gain, 2.0 + 1e-12);  // √n
    EXPECT_LE(found.backward_gain, 2.0 + 1e-12);
    largest_gain = std::max(largest_gain, found.forward_gain);
  }
  EXPECT_GT(largest_gain, 1.2);
}

TEST(Eigenvalues, FallInModulusAndBreakTiesByRealThenImaginaryPart) {
  // The cyclic shift of four streams: 1, ±i, −1, all of modulus 1.
  Matrix shift = Matrix::Zero(4, 4);
  for (int i = 0; i < 4; ++i) shift(i, (i + 1) % 4) = 1.0;
  const std::vector<std::complex<double>> found = Eigenvalues(shift);
  const std::complex<double> expected[] = {{1, 0}, {0, 1}, {0, -1}, {-1, 0}};
  ASSERT_EQ(found.size(), 4u);
  for (int k = 0; k < 4; ++k) EXPECT_LT(std::abs(found[k] - expected[k]), 1e-14) << k;
}

TEST(MixingTime, CountsTheLayersToAHundredthOfTheDifference) {
  EXPECT_NEAR(MixingTime(0.1), 2.0, 1e-14);
  EXPECT_NEAR(MixingTime(0.9306), std::log(0.01) / std::log(0.9306), 1e-12);
  EXPECT_EQ(MixingTime(0.0), 0.0);
  EXPECT_EQ(MixingTime(1.0), kInfinity);
  EXPECT_EQ(MixingTime(1.5), kInfinity);
}

// Of a 4×4 doubly stochastic matrix with diagonal d and equal rest, λ₂ = (4d − 1)/3.
TEST(SecondEigenvalue, OfPublishedStartsAreTheirPublishedValues) {
  const auto second = [](double diagonal) {
    Matrix matrix = Matrix::Constant(4, 4, (1.0 - diagonal) / 3.0);
    matrix.diagonal().setConstant(diagonal);
    return Diagnose(matrix);
  };
  EXPECT_NEAR(second(0.4754).second_eigenvalue, 0.3005, 1e-4);
  EXPECT_NEAR(second(0.9479).second_eigenvalue, 0.9306, 1e-4);
  EXPECT_NEAR(second(0.9479).difference_gain, (4 * 0.9479 - 1) / 3, 1e-14);
  EXPECT_NEAR(second(0.9479).dobrushin, (4 * 0.9479 - 1) / 3, 1e-14);
}

double NearestByTrial(const Matrix& matrix) {
  std::vector<int> columns(matrix.rows());
  std::iota(columns.begin(), columns.end(), 0);
  double nearest = kInfinity;
  do {
    Matrix difference = matrix;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      difference(static_cast<Eigen::Index>(i), columns[i]) -= 1.0;
    }
    nearest = std::min(nearest, difference.norm());
  } while (std::next_permutation(columns.begin(), columns.end()));
  return nearest;
}

TEST(DistanceToPermutation, IsTheLeastOverAllPermutations) {
  RandomMatrices random(24);
  for (const int n : {1, 2, 3, 4, 5, 6}) {
    for (int draw = 0; draw < 40; ++draw) {
      const Matrix matrix =
          draw % 2 == 0 ? random.PermutationMixture(n) : random.NormalMatrix(n, n, 2.0);
      EXPECT_NEAR(DistanceToPermutation(matrix), NearestByTrial(matrix), 1e-13);
    }
  }
}

TEST(DistanceToPermutation, IsZeroAtEveryVertexAndSmallBesideIt) {
  RandomMatrices random(25);
  for (const int n : {4, 16, 64}) {
    const Matrix vertex = random.Permutation(n);
    EXPECT_EQ(DistanceToPermutation(vertex), 0.0);
    const Matrix shifted = vertex + Matrix::Constant(n, n, 1e-12);
    EXPECT_NEAR(DistanceToPermutation(shifted), n * 1e-12, 1e-14);
    const std::vector<int> columns = NearestPermutation(shifted);
    for (int i = 0; i < n; ++i) EXPECT_EQ(vertex(i, columns[i]), 1.0);
  }
}

TEST(DistanceToIdentity, OfADerangementIsTheLargest) {
  Matrix swap_pairs = Matrix::Zero(4, 4);
  swap_pairs(0, 1) = swap_pairs(1, 0) = swap_pairs(2, 3) = swap_pairs(3, 2) = 1.0;
  EXPECT_NEAR(DistanceToIdentity(swap_pairs), std::sqrt(8.0), 1e-15);
}

TEST(Entropy, IsUndefinedForNegativeWeightsButForgivesRounding) {
  EXPECT_THAT(NormalizedEntropy(Matrix{{1.1, -0.1}, {-0.1, 1.1}}), IsNan());
  EXPECT_EQ(NormalizedEntropy(Matrix{{1.0, -1e-17}, {-1e-17, 1.0}}), 0.0);
  EXPECT_NEAR(NormalizedEntropy(Matrix{{0.5, 0.5}, {0.0, 1.0}}), 0.5, 1e-15);
}

TEST(Dobrushin, BoundsTheProductFromAbove) {
  RandomMatrices random(26);
  for (int draw = 0; draw < 50; ++draw) {
    const Matrix first = random.PermutationMixture(4);
    const Matrix second = random.PermutationMixture(4);
    EXPECT_LE(Dobrushin(second * first), Dobrushin(second) * Dobrushin(first) + 1e-14);
  }
}

TEST(CompositeMapping, PutsTheNewestOnTheLeft) {
  RandomMatrices random(27);
  std::vector<Matrix> sites;
  for (int l = 0; l < 5; ++l) sites.push_back(random.NormalMatrix(3, 3));
  const CompositeMapping composite = Compose(sites);
  ASSERT_EQ(composite.prefix.size(), 5u);
  ASSERT_EQ(composite.suffix.size(), 5u);
  EXPECT_EQ(composite.prefix[0], sites[0]);
  EXPECT_EQ(composite.prefix[1], Matrix(sites[1] * sites[0]));
  EXPECT_EQ(composite.suffix[4], sites[4]);
  EXPECT_EQ(composite.suffix[3], Matrix(sites[4] * sites[3]));
  const Matrix whole = sites[4] * sites[3] * sites[2] * sites[1] * sites[0];
  EXPECT_LT((composite.prefix[4] - whole).norm(), 1e-13 * whole.norm());
  EXPECT_LT((composite.suffix[0] - whole).norm(), 1e-13 * whole.norm());
  EXPECT_EQ(Product(sites), composite.prefix[4]);
  // A suffix and the prefix below it make up the whole.
  EXPECT_LT((composite.suffix[2] * composite.prefix[1] - whole).norm(), 1e-13 * whole.norm());
}

}  // namespace
}  // namespace mhc
