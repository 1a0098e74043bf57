// One stream: each constraint allows it, with H = 1 or a number, or refuses it in a sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/manifold/depth_study.h"
#include "core/manifold/matrix_fit.h"
#include "tests/core/manifold/every_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OneStream, IsRefusedInASentenceByTheMapsThatNeedMore) {
  std::vector<std::string> refused;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const Status allowed = CheckStreams(ChooseConstraint(constraint.name).value(), 1);
    if (allowed) continue;
    refused.push_back(constraint.name);
    EXPECT_THAT(allowed.error().message, HasSubstr("streams: found 1, expected n "))
        << constraint.name;
  }
  EXPECT_THAT(refused, ElementsAre("kronecker", "quaternion", "spectral_sphere"));
}

TEST(OneStream, GivesExactlyOneWhereRowsOrColumnsSumToOne) {
  RandomMatrices random(21);
  for (const ConstraintChoice& choice : EveryChoice(1)) {
    const MapGuarantees guarantees = Guarantees(choice);
    for (int draw = 0; draw < 20; ++draw) {
      const std::vector<double> logits = random.Normals(LogitCount(choice, 1), 3.0);
      const Matrix matrix = MapLogits(choice, 1, logits);
      ASSERT_EQ(matrix.size(), 1) << ToText(choice);
      if (guarantees.rows || guarantees.columns) {
        EXPECT_EQ(matrix(0, 0), 1.0) << ToText(choice);
      }
      EXPECT_TRUE(std::isfinite(matrix(0, 0))) << ToText(choice);
    }
  }
}

TEST(OneStream, WithoutLogitsIsTheIdentityWithoutAGradient) {
  for (const char* name : {"identity", "transport_fill", "orthostochastic", "cayley"}) {
    const ConstraintChoice choice = ChooseConstraint(name).value();
    ASSERT_EQ(LogitCount(choice, 1), 0) << name;
    EXPECT_TRUE(StartLogits(choice, 1).empty()) << name;
    EXPECT_EQ(MapLogits(choice, 1, {})(0, 0), 1.0) << name;
    EXPECT_TRUE(PullbackLogits(choice, 1, {}, Matrix::Constant(1, 1, 2.0)).empty()) << name;
  }
}

TEST(OneStream, IsFittedAndSimulatedByEveryConstraintThatAllowsIt) {
  for (const ConstraintChoice& choice : EveryChoice(1)) {
    const MatrixFit fit = FitMatrix(choice, Matrix::Ones(1, 1));
    EXPECT_EQ(fit.logits.size(), static_cast<std::size_t>(LogitCount(choice, 1))) << ToText(choice);
    EXPECT_LT(fit.residual, 0.06) << ToText(choice);
    const Result<DepthStudy> study =
        RunDepthStudy({.choice = choice, .streams = 1, .depth = 3, .trials = 4});
    ASSERT_TRUE(study) << ToText(choice) << study.error().message;
    for (int m = 0; m < kDepthMeasures; ++m) {
      EXPECT_TRUE(std::isfinite(study->composite[m].median))
          << ToText(choice) << " " << DepthMeasureName(m);
    }
  }
}

}  // namespace
}  // namespace mhc
