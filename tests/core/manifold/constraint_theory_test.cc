// What theory and the papers say of single maps: spectra, determinants, printed matrices.
#include <gmock/gmock.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <cmath>

#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "tests/core/manifold/every_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

ConstraintChoice Parsed(std::string_view text) { return ParseConstraint(text).value(); }

Matrix Map(std::string_view text, int n, const std::vector<double>& logits) {
  return MapLogits(Parsed(text), n, logits);
}

Matrix StartMap(std::string_view text, int n) { return Map(text, n, StartLogits(Parsed(text), n)); }

bool IsExactlyDoublyStochastic(const ConstraintChoice& choice) {
  return Guarantees(choice) == DoublyStochastic();
}

bool IsOrthogonal(const ConstraintChoice& choice) {
  return Guarantees(choice).orthogonal && choice.constraint->name != "identity";
}

// G1, G2.
TEST(DoublyStochasticMaps, HaveProductsThatAreAndALargestEigenvalueOfOne) {
  int maps = 0;
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    if (!IsExactlyDoublyStochastic(choice)) continue;
    ++maps;
    RandomMatrices random(51);
    Matrix product = Matrix::Identity(4, 4);
    for (int layer = 0; layer < 64; ++layer) {
      const Matrix matrix = MapLogits(choice, 4, random.Normals(LogitCount(choice, 4), 2.0));
      EXPECT_NEAR(SpectralNorm(matrix), 1.0, 1e-12) << ToText(choice);
      const auto eigenvalues = Eigenvalues(matrix);
      EXPECT_NEAR(std::abs(eigenvalues.front() - 1.0), 0.0, 1e-12) << ToText(choice);
      product = matrix * product;
    }
    EXPECT_LT(RowError(product), 1e-12) << ToText(choice);
    EXPECT_LT(ColumnError(product), 1e-12) << ToText(choice);
  }
  EXPECT_GE(maps, 6);
}

// G3.
TEST(StochasticMaps, OfOneStreamAreOne) {
  for (const ConstraintChoice& choice : EveryChoice(1)) {
    const MapGuarantees kept = Guarantees(choice);
    if (!kept.rows && !kept.columns) continue;
    const std::vector<double> logits(LogitCount(choice, 1), 3.5);
    EXPECT_EQ(MapLogits(choice, 1, logits)(0, 0), 1.0) << ToText(choice);
  }
}

// G17.
TEST(LeakyCirculant, KeepsTheSmallestSingularValueOfADeepProduct) {
  RandomMatrices random(52);
  const double bound = std::pow(1.0 - 2.0 / 64.0, 64);
  EXPECT_GE(bound, std::exp(-2.0 - 4.0 / 64.0));
  const ConstraintChoice choice = Parsed("circulant:beta=2,depth=64");
  for (const double scale : {1.0, 10.0}) {
    Matrix product = Matrix::Identity(4, 4);
    for (int layer = 0; layer < 64; ++layer) {
      product = MapLogits(choice, 4, random.Normals(4, scale)) * product;
    }
    const Vector singular = SingularValues(product);
    EXPECT_GE(singular(3), bound);
    EXPECT_NEAR(Gain(product).forward, 1.0, 1e-14);
    EXPECT_NEAR(Gain(product).backward, 1.0, 1e-14);
  }
  // The tightest case: every map shifts by half a turn.
  Matrix product = Matrix::Identity(4, 4);
  for (int layer = 0; layer < 64; ++layer) {
    product = MapLogits(choice, 4, std::vector<double>{-60, 60, -60, -60}) * product;
  }
  EXPECT_NEAR(SingularValues(product)(3), bound, 1e-12);
}

TEST(LeakyCirculant, RefusesMoreLeakThanItsDepthAllows) {
  EXPECT_EQ(CheckStreams(Parsed("circulant:beta=9,depth=4"), 4).error().message,
            "beta: found 9 for a depth of 4, expected at most twice the depth");
  EXPECT_TRUE(CheckStreams(Parsed("circulant:beta=8,depth=4"), 4).has_value());
  EXPECT_EQ(AtDepth(Parsed("circulant:beta=2"), 8), Parsed("circulant:beta=2,depth=8"));
  EXPECT_EQ(AtDepth(Parsed("circulant:depth=64"), 8), Parsed("circulant:depth=64"));
  EXPECT_EQ(AtDepth(Parsed("sinkhorn"), 8), Parsed("sinkhorn"));
}

TEST(Circulants, CommuteAndShiftByTheirLogit) {
  RandomMatrices random(53);
  for (const int n : {2, 3, 4, 8}) {
    const Matrix a = Map("circulant", n, random.Normals(n));
    const Matrix b = Map("circulant", n, random.Normals(n));
    EXPECT_LT((a * b - b * a).norm(), 1e-15);
  }
  const Matrix shift = Map("circulant", 3, {0, 700, 0});  // H_ij = c_{(i−j) mod n}
  EXPECT_LT((shift - Matrix{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}).norm(), 1e-300);
}

// G18.
TEST(Kronecker, HasTheProductsOfItsFactorsEigenvalues) {
  const auto logits = [](double share) { return std::log(share / (1.0 - share)); };
  const Matrix matrix = Map("kronecker", 4, {logits(0.8), 0, logits(0.7), 0});
  const auto eigenvalues = Eigenvalues(matrix);
  for (const auto& [k, expected] : {std::pair(0, 1.0), {1, 0.6}, {2, 0.4}, {3, 0.24}}) {
    EXPECT_NEAR(std::abs(eigenvalues[k] - expected), 0.0, 1e-14);
  }
  // U_1 is the most significant: it moves streams by two.
  EXPECT_NEAR(matrix(0, 2) / matrix(0, 0), 0.25, 1e-14);
  EXPECT_NEAR(matrix(0, 1) / matrix(0, 0), 3.0 / 7.0, 1e-14);
}

TEST(Kronecker, TakesTwosBeforeThrees) {
  // n = 6: a pair of logits, then six of the permutations of three, the second of them (0, 2, 1).
  std::vector<double> logits(8, -700.0);
  logits[0] = logits[3] = 0.0;
  Matrix expected = Matrix::Zero(6, 6);
  for (const int block : {0, 3}) {
    expected(block, block) = expected(block + 1, block + 2) = expected(block + 2, block + 1) = 1.0;
  }
  EXPECT_LT((Map("kronecker", 6, logits) - expected).norm(), 1e-300);
}

TEST(PermutationMix, PlacesEachPermutationInLexicographicOrder) {
  std::vector<double> logits(6, -700.0);
  logits[3] = 700.0;  // (1, 2, 0): row 0 takes from stream 1
  const Matrix expected{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
  EXPECT_LT((Map("permutation_mix", 3, logits) - expected).norm(), 1e-300);
}

// G19.
TEST(SpectralSphere, HasTheSingularValuesOfItsLogits) {
  RandomMatrices random(54);
  double most_negative = 0.0;
  for (const int n : {2, 3, 4, 8}) {
    const ConstraintChoice choice = Parsed("spectral_sphere");
    const std::vector<double> logits = random.Normals(LogitCount(choice, n));
    const Matrix matrix = MapLogits(choice, n, logits);
    const int angles = (n - 1) * (n - 2) / 2;
    std::vector<double> expected = {1.0};
    for (int k = 0; k < n - 1; ++k) expected.push_back(std::abs(std::tanh(logits[angles + k])));
    std::sort(expected.rbegin(), expected.rend());
    const Vector singular = SingularValues(matrix);
    for (int k = 0; k < n; ++k) EXPECT_NEAR(singular(k), expected[k], 1e-14);
    most_negative = std::min(most_negative, MinimumEntry(matrix));
  }
  EXPECT_LT(most_negative, -0.01);
}

// G20.
TEST(OrthogonalMaps, KeepTheNormOfTheStreamsWithGainsUpToRootN) {
  RandomMatrices random(55);
  double largest_gain = 0.0;
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    if (!IsOrthogonal(choice)) continue;
    Matrix streams = random.NormalMatrix(4, 7);
    const double norm = streams.norm();
    for (int layer = 0; layer < 64; ++layer) {
      const Matrix matrix = MapLogits(choice, 4, random.Normals(LogitCount(choice, 4)));
      EXPECT_NEAR(Matrix(matrix).determinant(), 1.0, 1e-13) << ToText(choice);
      EXPECT_LT((matrix * matrix.transpose() - Matrix::Identity(4, 4)).cwiseAbs().maxCoeff(), 4e-15)
          << ToText(choice);
      EXPECT_LE(Gain(matrix).forward, 2.0 + 1e-12);
      largest_gain = std::max(largest_gain, Gain(matrix).forward);
      streams = matrix * streams;
    }
    EXPECT_NEAR(streams.norm(), norm, 1e-12 * norm) << ToText(choice);
  }
  EXPECT_GT(largest_gain, 1.5);
}

TEST(Quaternion, IsTheHamiltonProductOfItsTwoUnitsWithTheStreams) {
  RandomMatrices random(61);
  const std::vector<double> logits = random.Normals(8);
  using Quaternion = Eigen::Quaterniond;  // (w, x, y, z)
  const auto from = [](const double* v) { return Quaternion(v[0], v[1], v[2], v[3]); };
  const Quaternion p = from(logits.data()).normalized(), q = from(&logits[4]).normalized();
  const std::vector<double> v = random.Normals(4);
  const Quaternion turned = p * from(v.data()) * q.conjugate();
  const Vector expected{{turned.w(), turned.x(), turned.y(), turned.z()}};
  const Eigen::Map<const Vector> streams(v.data(), 4);
  EXPECT_LT((Map("quaternion", 4, logits) * streams - expected).norm(), 1e-14);
}

TEST(Directions, HaveNoSize) {
  RandomMatrices random(62);
  for (const double size : {1e-25, 1e200, 1e307}) {
    std::vector<double> logits = random.Normals(8);
    const Matrix matrix = Map("quaternion", 4, logits);
    for (double& logit : logits) logit *= size;
    EXPECT_LT((Map("quaternion", 4, logits) - matrix).norm(), 1e-14) << size;
  }
  const std::vector<double> none(8, 0.0);
  EXPECT_EQ(Map("quaternion", 4, none), Matrix::Identity(4, 4)) << "no direction counts as e_1";
  EXPECT_THAT(PullbackLogits(Parsed("quaternion"), 4, none, random.NormalMatrix(4, 4)),
              testing::Each(0.0));
}

TEST(Householder, IsAReflectionWhereItsGateIsShut) {
  RandomMatrices random(56);
  std::vector<double> logits = random.Normals(11);
  logits.back() = -700.0;
  const Matrix matrix = Map("householder", 4, logits);
  EXPECT_NEAR(Matrix(matrix).determinant(), -1.0, 1e-14);
  EXPECT_LT((matrix - matrix.transpose()).norm(), 1e-15);
  logits.back() = 700.0;
  const std::vector<double> angles(logits.begin(), logits.begin() + 6);
  EXPECT_EQ(Map("householder", 4, logits), Map("cayley", 4, angles));
}

TEST(Cayley, TurnsAPlaneByTwiceTheArctangentOfItsLogit) {
  const double z = 0.7, angle = 2.0 * std::atan(z);
  const Matrix matrix = Map("cayley", 2, {z});
  // (I + A)⁻¹(I − A) with A_01 = z.
  const Matrix expected{{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}};
  EXPECT_LT((matrix - expected).norm(), 1e-15);
}

// G21.
TEST(TransportFill, AtZeroIsThePrintedMatrixAndNotTheUniformOne) {
  const Matrix expected{{16, 8, 4, 4}, {8, 12, 6, 6}, {4, 6, 11, 11}, {4, 6, 11, 11}};
  const Matrix matrix = Map("transport_fill", 4, std::vector<double>(9, 0.0));
  EXPECT_LT((matrix - expected / 32.0).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Orthostochastic, IsBlockOrthostochasticWithBlocksOfOne) {
  RandomMatrices random(57);
  const std::vector<double> logits = random.Normals(6);
  EXPECT_EQ(Map("orthostochastic", 4, logits), Map("block_orthostochastic:s=1", 4, logits));
}

TEST(Orthostochastic, HasNoGradientAtTheIdentityAndThereforeStartsOffIt) {
  RandomMatrices random(58);
  for (const char* text : {"orthostochastic", "block_orthostochastic"}) {
    const ConstraintChoice choice = Parsed(text);
    const std::vector<double> zeros(LogitCount(choice, 4), 0.0);
    EXPECT_EQ(MapLogits(choice, 4, zeros), Matrix::Identity(4, 4));
    EXPECT_THAT(PullbackLogits(choice, 4, zeros, random.NormalMatrix(4, 4)), testing::Each(0.0));
    const std::vector<double> start = StartLogits(choice, 4);
    EXPECT_EQ(start, StartLogits(choice, 4)) << "a fixed seed";
    double squares = 0.0;
    for (const double z : StartLogits(choice, 16)) squares += z * z;
    EXPECT_NEAR(std::sqrt(squares / LogitCount(choice, 16)), 0.2, 0.03) << text;
  }
}

TEST(IdentityMix, IsBetweenTheIdentityAndItsSinkhornMap) {
  RandomMatrices random(59);
  std::vector<double> logits = random.Normals(17);
  const std::vector<double> inner(logits.begin() + 1, logits.end());
  logits[0] = 700.0;
  EXPECT_EQ(Map("identity_mix:iterations=5", 4, logits), Map("sinkhorn:iterations=5", 4, inner));
  logits[0] = 0.0;
  const Matrix half = 0.5 * (Matrix::Identity(4, 4) + Map("sinkhorn", 4, inner));
  EXPECT_LT((Map("identity_mix", 4, logits) - half).cwiseAbs().maxCoeff(), 1e-15);
}

TEST(Harmonized, ScalesItsLogitsAboutTheIdentity) {
  const Matrix expected = Matrix{{1.05, 0.1}, {0.15, 1.2}};
  EXPECT_LT((Map("harmonized", 2, {1, 2, 3, 4}) - expected).norm(), 1e-15);
  EXPECT_EQ(Map("harmonized:scale=0", 2, {1, 2, 3, 4}), Matrix::Identity(2, 2));
  EXPECT_EQ(CheckStreams(Parsed("harmonized:scale=0.1,s_min=0.2"), 4).error().message,
            "scale: found 0.1, expected at least s_min = 0.2");
}

TEST(SpectralClip, LeavesTheBallAsItIsAndMeetsItsEdgeFromOutside) {
  RandomMatrices random(60);
  const std::vector<double> logits = random.Normals(16);
  const Eigen::Map<const Matrix> z(logits.data(), 4, 4);
  EXPECT_NEAR(SpectralNorm(Map("spectral_clip", 4, logits)), 1.0, 1e-14);
  EXPECT_LT((Map("spectral_clip", 4, logits) * SpectralNorm(z) - z).norm(), 1e-14);
  std::vector<double> inside = logits;
  for (double& logit : inside) logit /= SpectralNorm(z) * 1.01;
  EXPECT_EQ(Map("spectral_clip", 4, inside), (Eigen::Map<const Matrix>(inside.data(), 4, 4)));
}

// The printed values of the starts at n = 4.
TEST(Start, OfEachMapIsThePublishedMatrix) {
  EXPECT_NEAR(StartMap("permutation_mix", 4)(0, 0), 0.99401, 5e-6);
  // Between differences all permutations cancel but the one above the rest: λ₂ = w_0 − w_1.
  const double weight = 1.0 / (1.0 + 23.0 * std::exp(-8.0));
  EXPECT_NEAR(SecondEigenvalue(Eigenvalues(StartMap("permutation_mix", 4))),
              weight * (1.0 - std::exp(-8.0)), 1e-14);
  EXPECT_NEAR(StartMap("kronecker", 4)(0, 0), 0.99933, 5e-6);
  EXPECT_NEAR(SingularValues(StartMap("spectral_sphere", 4))(3), 0.9993, 5e-5);
  EXPECT_EQ(StartMap("cayley", 4), Matrix::Identity(4, 4));
  EXPECT_EQ(StartMap("quaternion", 4), Matrix::Identity(4, 4));
  EXPECT_EQ(StartMap("harmonized", 4), Matrix::Identity(4, 4));
  EXPECT_EQ(StartMap("spectral_clip", 4), Matrix::Identity(4, 4));
  const double share = std::exp(8.0) / (std::exp(8.0) + 3.0);
  EXPECT_NEAR(StartMap("circulant", 4)(2, 2), share, 1e-15);
  const double gate = 1.0 / (1.0 + std::exp(8.0));
  EXPECT_NEAR(StartMap("transport_fill", 4)(0, 0), 1.0 - gate, 1e-15);
  const double mix = 1.0 / (1.0 + std::exp(4.0));
  EXPECT_NEAR(StartMap("identity_mix", 4)(0, 1), mix / 4.0, 1e-15);
  // I − 2(1−γ)vvᵀ/‖v‖² with v = (1.1, .1, .1, .1) and 1 − γ = σ(−4).
  EXPECT_NEAR(StartMap("householder", 4)(0, 0), 1.0 - 2.0 * mix * 1.21 / 1.24, 1e-15);
  EXPECT_NEAR(StartMap("householder", 4)(1, 2), -2.0 * mix * 0.01 / 1.24, 1e-15);
}

}  // namespace
}  // namespace mhc
