// Every pullback against central differences in double precision: the derivative of the truncated
// iteration, unrolled, to a relative error of 1e-6.
#include <gmock/gmock.h>

#include "tests/core/manifold/every_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

struct Case {
  const char* constraint;
  int streams;
};

std::vector<double> CentralDifferences(const ConstraintChoice& choice, int streams,
                                       std::vector<double> logits, const Matrix& cotangent) {
  constexpr double kStep = 1e-5;
  const auto loss = [&] {
    return (MapLogits(choice, streams, logits).array() * cotangent.array()).sum();
  };
  std::vector<double> differences;
  for (double& logit : logits) {
    const double centre = logit;
    logit = centre + kStep;
    const double above = loss();
    logit = centre - kStep;
    const double below = loss();
    logit = centre;
    differences.push_back((above - below) / (2.0 * kStep));
  }
  return differences;
}

void ExpectGradient(const ConstraintChoice& choice, int streams, const std::vector<double>& logits,
                    const Matrix& cotangent, const char* where) {
  const std::vector<double> grad = PullbackLogits(choice, streams, logits, cotangent);
  const std::vector<double> differences = CentralDifferences(choice, streams, logits, cotangent);
  ASSERT_EQ(grad.size(), differences.size());
  double largest = 0.0;
  double error = 0.0;
  for (std::size_t k = 0; k < grad.size(); ++k) {
    largest = std::max(largest, std::abs(differences[k]));
    error = std::max(error, std::abs(grad[k] - differences[k]));
  }
  EXPECT_GT(largest, 0.0) << ToText(choice) << " " << where;
  EXPECT_LE(error, 1e-6 * largest) << ToText(choice) << " n=" << streams << " " << where;
}

class Gradients : public testing::TestWithParam<Case> {};

TEST_P(Gradients, EqualCentralDifferences) {
  const int n = GetParam().streams;
  const ConstraintChoice choice = ParseConstraint(GetParam().constraint).value();
  const int count = LogitCount(choice, n);
  RandomMatrices random(2000 + n);
  for (int draw = 0; draw < 5; ++draw) {
    const Matrix cotangent = random.NormalMatrix(n, n);
    ExpectGradient(choice, n, random.Normals(count), cotangent, "at N(0,1)");
    ExpectGradient(choice, n, random.Normals(count, 3.0), cotangent, "at 3 N(0,1)");
    ExpectGradient(choice, n, random.Normals(count, 0.01), cotangent, "near all logits equal");
    ExpectGradient(choice, n, StartLogits(choice, n), cotangent, "at the start");
    // Near a vertex other than the identity: a permutation's logits above the rest.
    const Matrix permutation = random.Permutation(n);
    std::vector<double> vertex = random.Normals(count, 0.3);
    for (int k = 0; k < count && k < permutation.size(); ++k) {
      vertex[k] += 6.0 * permutation.data()[k];
    }
    ExpectGradient(choice, n, vertex, cotangent, "near a vertex");
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllConstraints, Gradients,
    testing::Values(Case{"unconstrained", 4}, Case{"row_softmax", 4}, Case{"row_softmax", 3},
                    Case{"row_softmax:transpose=true", 4}, Case{"sinkhorn", 4}, Case{"sinkhorn", 2},
                    Case{"sinkhorn", 3}, Case{"sinkhorn", 8}, Case{"sinkhorn:iterations=0", 4},
                    Case{"sinkhorn:iterations=1", 4},
                    Case{"sinkhorn:iterations=2,order=rows_columns", 4},
                    Case{"sinkhorn:order=rows_columns", 4}, Case{"sinkhorn:transpose=true", 4},
                    Case{"sinkhorn:iterations=100", 4}, Case{"sinkhorn:epsilon=1e-6", 4},
                    Case{"sinkhorn:epsilon=1e-6,iterations=1", 4},
                    Case{"sinkhorn:epsilon=1e-2,iterations=5,order=rows_columns", 4},
                    Case{"sinkhorn:epsilon=1e-6,iterations=0", 3}));

// Where central differences are taken for "at the start". That of spectral_clip lies on the edge of
// the ball, where there is no derivative: next to it, inside.
std::vector<double> StartForDifferences(const ConstraintChoice& choice, int streams) {
  std::vector<double> start = StartLogits(choice, streams);
  if (choice.constraint->name == "spectral_clip") {
    for (double& logit : start) logit *= 0.999;
  }
  return start;
}

// Every logit about ±3: spreads of 6, gates near their ends, planes turned by 143 degrees.
std::vector<double> FarOut(RandomMatrices& random, int count) {
  std::vector<double> logits = random.Normals(count, 0.3);
  for (double& logit : logits) logit += random.Normal() > 0.0 ? 3.0 : -3.0;
  return logits;
}

class EveryGradient : public testing::TestWithParam<int> {};

TEST_P(EveryGradient, EqualsCentralDifferences) {
  // A constraint that joins the table is compared without another line here.
  const int n = GetParam();
  RandomMatrices random(5 + n);
  for (const ConstraintChoice& choice : EveryChoice(n)) {
    const int count = LogitCount(choice, n);
    if (count == 0) continue;
    for (int draw = 0; draw < 3; ++draw) {
      const Matrix cotangent = random.NormalMatrix(n, n);
      ExpectGradient(choice, n, random.Normals(count), cotangent, "at N(0,1)");
      ExpectGradient(choice, n, random.Normals(count, 3.0), cotangent, "at 3 N(0,1)");
      ExpectGradient(choice, n, random.Normals(count, 0.1), cotangent, "near uniform");
      ExpectGradient(choice, n, FarOut(random, count), cotangent, "near a vertex");
      ExpectGradient(choice, n, StartForDifferences(choice, n), cotangent, "at the start");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, EveryGradient, testing::Values(2, 3, 4, 6, 8));

TEST(GradientOfTransportFill, AtAKinkIsTheMeanOfBothSides) {
  // At a symmetric point row and column leave the same: the two-sided difference is that mean too.
  RandomMatrices random(21);
  const ConstraintChoice choice = ChooseConstraint("transport_fill").value();
  for (const int n : {3, 4, 5}) {
    const std::vector<double> level(LogitCount(choice, n), 0.0);
    ExpectGradient(choice, n, level, random.NormalMatrix(n, n), "at t = 0");
  }
}

TEST(GradientOfSpectralClip, OnTheEdgeIsThatOfTheInside) {
  RandomMatrices random(22);
  const ConstraintChoice choice = ChooseConstraint("spectral_clip").value();
  const Matrix cotangent = random.NormalMatrix(4, 4);
  const std::vector<double> grad = PullbackLogits(choice, 4, StartLogits(choice, 4), cotangent);
  EXPECT_EQ(Eigen::Map<const Matrix>(grad.data(), 4, 4), cotangent);
}

TEST(GradientOfSpectralClip, WithTiedSingularValuesIsASubgradient) {
  // At 2I every direction u has σ = uᵀZu: the derivative of Σ H∘g must be one of
  // (g − ⟨g, I⟩ uuᵀ)/2, and near the tie it must be the derivative.
  RandomMatrices random(23);
  const ConstraintChoice choice = ChooseConstraint("spectral_clip").value();
  const Matrix cotangent = random.NormalMatrix(4, 4);
  std::vector<double> tied = StartLogits(choice, 4);
  for (double& logit : tied) logit *= 2.0;
  const std::vector<double> grad = PullbackLogits(choice, 4, tied, cotangent);
  const Matrix left =
      (cotangent - 2.0 * Eigen::Map<const Matrix>(grad.data(), 4, 4)) / cotangent.trace();
  EXPECT_NEAR(left.trace(), 1.0, 1e-12);
  EXPECT_NEAR((left * left - left).norm(), 0.0, 1e-12) << "a projection onto one direction";
  for (int i = 0; i < 4; ++i) tied[5 * i] += 1e-2 * i;
  ExpectGradient(choice, 4, tied, cotangent, "next to the tie");
}

}  // namespace
}  // namespace mhc
