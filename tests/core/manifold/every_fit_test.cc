// The fit of every constraint to what every constraint makes: the transfers of a live run.
#include <gmock/gmock.h>

#include "core/manifold/matrix_fit.h"
#include "tests/core/manifold/every_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

// Targets of a constraint: its start, and random ones within reach of every bound of a fit.
std::vector<Matrix> TargetsOf(const ConstraintChoice& choice, int n) {
  RandomMatrices random(61);
  std::vector<Matrix> targets = {MapLogits(choice, n, StartLogits(choice, n))};
  for (int draw = 0; draw < 3; ++draw) {
    targets.push_back(MapLogits(choice, n, random.Normals(LogitCount(choice, n), 0.7)));
  }
  return targets;
}

double ResidualAt(const ConstraintChoice& choice, const Matrix& target,
                  const std::vector<double>& logits) {
  return (MapLogits(choice, static_cast<int>(target.rows()), logits) - target).norm();
}

void ExpectWithinBounds(const ConstraintChoice& choice, int n, const std::vector<double>& logits) {
  const MixingConstraint& constraint = *choice.constraint;
  if (constraint.fit_limits) {
    const std::vector<double> limits = constraint.fit_limits(n, choice.options);
    ASSERT_EQ(limits.size(), logits.size());
    for (std::size_t k = 0; k < logits.size(); ++k) EXPECT_LE(std::abs(logits[k]), limits[k]);
  } else if (constraint.fit_spread > 0.0 && !logits.empty()) {
    const auto [smallest, largest] = std::minmax_element(logits.begin(), logits.end());
    EXPECT_LE(*largest - *smallest, constraint.fit_spread + 1e-12);
  }
}

class EveryFit : public testing::TestWithParam<int> {};

TEST_P(EveryFit, SaysItsResidualAndIsNoWorseThanWhereItBegan) {
  const int n = GetParam();
  for (const ConstraintChoice& from : EveryConstraint(n)) {
    for (const Matrix& target : TargetsOf(from, n)) {
      for (const ConstraintChoice& to : EveryConstraint(n)) {
        SCOPED_TRACE(ToText(from) + " -> " + ToText(to));
        const MatrixFit fit = FitMatrix(to, target);
        ASSERT_EQ(static_cast<int>(fit.logits.size()), LogitCount(to, n));
        EXPECT_TRUE(std::isfinite(fit.residual));
        EXPECT_DOUBLE_EQ(fit.residual, ResidualAt(to, target, fit.logits));
        const double before = ResidualAt(to, target, to.constraint->fit_start(target, to.options));
        EXPECT_LE(fit.residual, before * (1.0 + 1e-12));
        ExpectWithinBounds(to, n, fit.logits);
      }
    }
  }
}

TEST_P(EveryFit, OfAConstraintToItsOwnMatricesIsExact) {
  const int n = GetParam();
  for (const ConstraintChoice& choice : EveryConstraint(n)) {
    int draw = 0;
    for (const Matrix& target : TargetsOf(choice, n)) {
      EXPECT_LT(FitMatrix(choice, target).residual, 1e-8)
          << ToText(choice) << " n=" << n << " target " << draw;
      ++draw;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Streams, EveryFit, testing::Values(2, 3, 4));

TEST(FitOfFullReach, MeetsAnyDoublyStochasticTarget) {
  RandomMatrices random(62);
  for (const char* text : {"sinkhorn", "permutation_mix", "transport_fill", "identity_mix",
                           "spectral_clip", "unconstrained", "harmonized"}) {
    const ConstraintChoice choice = ParseConstraint(text).value();
    for (int draw = 0; draw < 3; ++draw) {
      const Matrix target =
          MapLogits(ParseConstraint("transport_fill").value(), 4, random.Normals(9, 0.7));
      EXPECT_LT(FitMatrix(choice, target).residual, 1e-8) << text;
    }
  }
}

TEST(FitOfEightStreams, MeetsTheConstraintsOwnMatrix) {
  for (const ConstraintChoice& choice : EveryConstraint(8)) {
    const Matrix target = TargetsOf(choice, 8)[1];
    const MatrixFit fit = FitMatrix(choice, target);
    EXPECT_DOUBLE_EQ(fit.residual, ResidualAt(choice, target, fit.logits)) << ToText(choice);
    EXPECT_LT(fit.residual, 1e-6) << ToText(choice);
  }
}

}  // namespace
}  // namespace mhc
