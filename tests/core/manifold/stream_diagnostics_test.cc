#include "core/manifold/diagnostics/stream_diagnostics.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/manifold/mixing_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using testing::IsNan;

TEST(Streams, ThatAreCopiesHaveCollapsed) {
  RandomMatrices random(31);
  for (const int n : {2, 3, 4}) {
    const Matrix copies = random.NormalMatrix(1, 16).replicate(n, 1);
    EXPECT_LT((StreamCosines(copies).array() - 1.0).abs().maxCoeff(), 1e-12);
    EXPECT_NEAR(MeanStreamCosine(copies), 1.0, 1e-12);
    EXPECT_NEAR(EffectiveRank(copies), 1.0, 1e-12);
    EXPECT_NEAR(DiversityEnergy(copies), 0.0, 1e-12);
  }
}

TEST(Streams, ThatAreCopiesAreLeftAloneByRowStochasticMaps) {
  RandomMatrices random(32);
  const Matrix copies = random.NormalMatrix(1, 16).replicate(4, 1);
  for (const char* name : {"row_softmax", "sinkhorn"}) {
    const ConstraintChoice choice = ParseConstraint(name).value();
    const Matrix mixed = MapLogits(choice, 4, random.Normals(16, 3.0)) * copies;
    EXPECT_LT((mixed - copies).cwiseAbs().maxCoeff(), 1e-12) << name;
  }
  const ConstraintChoice columns_exact =
      ParseConstraint("sinkhorn:iterations=2,transpose=true").value();
  const Matrix moved = MapLogits(columns_exact, 4, random.Normals(16, 3.0)) * copies;
  EXPECT_GT((moved - copies).cwiseAbs().maxCoeff(), 1e-3);
}

TEST(Streams, ThatAreOrthogonalAndOfOneLengthHaveFullRank) {
  const Matrix streams = 3.0 * Matrix::Identity(4, 9);
  EXPECT_NEAR(EffectiveRank(streams), 4.0, 1e-12);
  EXPECT_NEAR(MeanStreamCosine(streams), 0.0, 1e-15);
  EXPECT_NEAR(DiversityEnergy(streams), 0.75, 1e-15);  // the rest is in their mean
  EXPECT_NEAR(StreamRms(streams)(2), 1.0, 1e-15);      // 3/√9
}

TEST(Streams, OfOppositeSignHaveNoMean) {
  const Matrix streams{{1.0, 2.0, -1.0}, {-1.0, -2.0, 1.0}};
  EXPECT_NEAR(StreamCosines(streams)(0, 1), -1.0, 1e-15);
  EXPECT_EQ(DiversityEnergy(streams), 1.0);
}

TEST(EffectiveRank, IsMadeOfSharesOfTheSingularValuesThemselves) {
  const Matrix streams{{3.0, 0.0, 0.0}, {0.0, 1.0, 0.0}};
  const double expected = std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25));
  EXPECT_NEAR(EffectiveRank(streams), expected, 1e-14);
}

TEST(Streams, OfZerosHaveNoDirection) {
  const Matrix streams{{1.0, 2.0}, {0.0, 0.0}};
  EXPECT_THAT(StreamCosines(streams)(0, 1), IsNan());
  EXPECT_EQ(StreamRms(streams)(1), 0.0);
  EXPECT_THAT(EffectiveRank(Matrix::Zero(2, 3)), IsNan());
  EXPECT_THAT(DiversityEnergy(Matrix::Zero(2, 3)), IsNan());
}

TEST(Gram, SaysTheSameOfTheStreamsAsTheyThemselves) {
  RandomMatrices random(33);
  for (const int n : {1, 2, 4, 5}) {
    for (const double apart : {1.0, 1e-3, 1e-6}) {
      const Matrix copies = random.NormalMatrix(1, 40).replicate(n, 1);
      const Matrix streams = copies + apart * random.NormalMatrix(n, 40);
      const Matrix gram = streams * streams.transpose();
      EXPECT_NEAR(EffectiveRankOfGram(gram), EffectiveRank(streams), 1e-6) << n << " " << apart;
      EXPECT_NEAR(DiversityEnergyOfGram(gram), DiversityEnergy(streams), 1e-14) << n;
    }
  }
}

TEST(Gram, OfCopiesHasCollapsedToTheLastDigit) {
  RandomMatrices random(34);
  for (const int n : {2, 3, 4}) {
    const Matrix copies = random.NormalMatrix(1, 16).replicate(n, 1);
    const Matrix gram = copies * copies.transpose();
    EXPECT_NEAR(EffectiveRankOfGram(gram), 1.0, 1e-12);
    EXPECT_GE(DiversityEnergyOfGram(gram), 0.0);
    EXPECT_NEAR(DiversityEnergyOfGram(gram), 0.0, 1e-14);
  }
}

TEST(Gram, OfZerosOrOfWhatIsNotFiniteHasNoRank) {
  EXPECT_THAT(EffectiveRankOfGram(Matrix::Zero(4, 4)), IsNan());
  EXPECT_THAT(DiversityEnergyOfGram(Matrix::Zero(4, 4)), IsNan());
  Matrix gram = Matrix::Identity(4, 4);
  gram(1, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(EffectiveRankOfGram(gram), IsNan());
  EXPECT_THAT(DiversityEnergyOfGram(gram), IsNan());
}

}  // namespace
}  // namespace mhc
