// What the table says that maps keep, on thousands of draws; and what it does not say, is not kept.
#include <gmock/gmock.h>

#include <limits>

#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "tests/core/manifold/every_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

constexpr double kRounding = 1e-12;

ConstraintChoice Parsed(std::string_view text) { return ParseConstraint(text).value(); }

// The largest excess over each guarantee on random draws; NaN would not compare as small.
struct Excess {
  double rows = 0.0, columns = 0.0, negative = 0.0, norm = 0.0, orthogonal = 0.0;

  // The excess over each guarantee, with whether it is given.
  std::vector<std::pair<bool, double>> Over(const MapGuarantees& kept) const {
    return {{kept.rows, rows},
            {kept.columns, columns},
            {kept.non_negative, negative},
            {kept.spectral_norm, norm},
            {kept.orthogonal, orthogonal}};
  }

  void Add(const Matrix& matrix) {
    rows = std::max(rows, RowError(matrix));
    columns = std::max(columns, ColumnError(matrix));
    negative = std::max(negative, -MinimumEntry(matrix));
    const Matrix gram = matrix.transpose() * matrix;
    const auto n = gram.rows();
    orthogonal = std::max(orthogonal, (gram - Matrix::Identity(n, n)).cwiseAbs().maxCoeff());
    // ‖H‖₂² ≤ ‖HᵀH‖_F spares most of the decompositions.
    if (norm == 0.0 || gram.norm() > 1.0) norm = std::max(norm, SpectralNorm(matrix) - 1.0);
  }
};

Excess OnDraws(const ConstraintChoice& choice, int n, int draws, double scale, unsigned seed) {
  RandomMatrices random(seed);
  Excess excess;
  for (int draw = 0; draw < draws; ++draw) {
    const Matrix matrix = MapLogits(choice, n, random.Normals(LogitCount(choice, n), scale));
    if (!matrix.allFinite()) excess.rows = std::numeric_limits<double>::infinity();
    excess.Add(matrix);
  }
  return excess;
}

void ExpectKept(const ConstraintChoice& choice, const Excess& excess, const std::string& where) {
  const MapGuarantees kept = Guarantees(choice);
  const std::string what = ToText(choice) + " " + where;
  EXPECT_TRUE(std::isfinite(excess.rows)) << what;
  EXPECT_TRUE(!kept.non_negative || excess.negative <= 0.0) << what << ": not to rounding either";
  for (const auto& [given, over] : excess.Over(kept)) {
    EXPECT_TRUE(!given || over <= kRounding) << what << ": " << ToText(kept) << ", off by " << over;
  }
}

class KeptAtScale : public testing::TestWithParam<double> {};

TEST_P(KeptAtScale, IsEveryGuaranteeOnTenThousandDraws) {
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    ExpectKept(choice, OnDraws(choice, 4, 10000, GetParam(), 31), "n=4");
  }
}

TEST_P(KeptAtScale, IsEveryGuaranteeAtOtherNumbersOfStreams) {
  for (const int n : {1, 2, 3, 5, 6, 8}) {
    for (const ConstraintChoice& choice : EveryChoice(n)) {
      ExpectKept(choice, OnDraws(choice, n, 200, GetParam(), 32), fmt::format("n={}", n));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scales, KeptAtScale, testing::Values(0.1, 1.0, 10.0));

TEST(NotGuaranteed, IsSeenToBeBroken) {
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    const Excess excess = OnDraws(choice, 4, 1000, 10.0, 33);
    const MapGuarantees kept = Guarantees(choice);
    const bool epsilon = choice.options.Has("epsilon") && choice.options.Number("epsilon") > 0.0;
    const double visible = epsilon ? 1e-8 : 1e-3;
    for (const auto& [given, over] : excess.Over(kept)) {
      EXPECT_TRUE(given || over > visible) << ToText(choice) << ": " << ToText(kept);
    }
  }
}

TEST(Guarantees, FollowOptionsAndTranspose) {
  const auto text = [](std::string_view choice) { return ToText(Guarantees(Parsed(choice))); };
  EXPECT_EQ(text("sinkhorn"), "rows sum to 1, no negative entry");
  EXPECT_EQ(text("sinkhorn:order=rows_columns"), "columns sum to 1, no negative entry");
  EXPECT_EQ(text("sinkhorn:transpose=true"), "columns sum to 1, no negative entry");
  EXPECT_EQ(text("sinkhorn:epsilon=1e-6"), "no negative entry");
  EXPECT_EQ(text("sinkhorn:iterations=0"), "no negative entry");
  EXPECT_EQ(text("unconstrained"), "none");
  EXPECT_EQ(text("permutation_mix"),
            "rows and columns sum to 1, no negative entry, spectral norm at most 1");
  EXPECT_EQ(text("cayley"), "orthogonal");
  EXPECT_EQ(text("spectral_sphere"), "rows and columns sum to 1, spectral norm at most 1");
}

// Signs, a lowered column and a single one far out, each far beyond what a softmax can tell apart.
std::vector<std::vector<double>> ExtremeLogits(int count, int n) {
  RandomMatrices random(34);
  std::vector<std::vector<double>> all;
  for (const double size : {60.0, 700.0, 709.0, 1e4, 1e150, 1e307}) {
    std::vector<double> signs = random.Normals(count), column = random.Normals(count);
    for (double& logit : signs) logit = logit > 0.0 ? size : -size;
    for (int k = 1; k < count; k += n) column[k] = -size;
    std::vector<double> single(count, 0.0);
    single[count / 2] = size;
    all.insert(all.end(), {signs, column, single, std::vector<double>(count, -size)});
  }
  all.push_back(std::vector<double>(count, 0.0));
  all.push_back(std::vector<double>(count, 1e-310));
  return all;
}

TEST(ExtremeLogits, GiveFiniteMatricesAndDerivatives) {
  const auto is_finite = testing::Truly([](double value) { return std::isfinite(value); });
  for (const int n : {2, 3, 4, 8}) {
    const Matrix cotangent = RandomMatrices(35).NormalMatrix(n, n);
    for (const ConstraintChoice& choice : EveryChoice(n)) {
      const int count = LogitCount(choice, n);
      if (count == 0) continue;
      for (const std::vector<double>& logits : ExtremeLogits(count, n)) {
        EXPECT_TRUE(MapLogits(choice, n, logits).allFinite())
            << ToText(choice) << " n=" << n << " " << testing::PrintToString(logits);
        EXPECT_THAT(PullbackLogits(choice, n, logits, cotangent), testing::Each(is_finite))
            << ToText(choice) << " n=" << n << " " << testing::PrintToString(logits);
      }
    }
  }
}

TEST(ExtremeLogits, KeepWhatTheExactMapsGuarantee) {
  // Rotations are inverted near the precision of a double beyond 1e4: their sums are then inexact.
  for (const ConstraintChoice& choice : EveryChoice(4)) {
    const int count = LogitCount(choice, 4);
    if (count == 0) continue;
    Excess excess;
    for (const double size : {60.0, 700.0}) {
      std::vector<double> logits = RandomMatrices(36).Normals(count);
      for (double& logit : logits) logit = logit > 0.0 ? size : -size;
      excess.Add(MapLogits(choice, 4, logits));
    }
    ExpectKept(choice, excess, "at signs times 60 and 700");
  }
}

}  // namespace
}  // namespace mhc
