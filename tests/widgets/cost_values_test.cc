#include "widgets/panels/cost_values.h"

#include <gtest/gtest.h>

#include <limits>

#include "widgets/document/run_document.h"
#include "widgets/document/run_update.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class CostAtTest : public testing::Test {
 protected:
  // Every second step was timed; the constraint took as many milliseconds as its step's number.
  void Load(int steps) {
    RunUpdate update;
    update.configuration = std::make_shared<const Configuration>(*LoadConfiguration("tiny", {}));
    update.first_step = 1;
    for (const StepColumn& column : StepColumns()) {
      std::vector<double>& values = update.columns.emplace_back();
      for (int step = 1; step <= steps; ++step) {
        const bool is_part = column.name == "sublayer_ms" || column.name == "coefficients_ms" ||
                             column.name == "apply_ms";
        const bool is_timed = step % 2 == 0;
        values.push_back(column.name == "step_ms"                     ? 1000.0
                         : is_timed && is_part                        ? 10.0
                         : is_timed && column.name == "constraint_ms" ? step
                                                                      : kNan);
      }
    }
    run_.Apply(std::move(update));
  }
  void Change(std::int64_t step, const std::string& kind,
              const std::string& transfer = "match_matrix", bool undone = false) {
    Intervention change;
    change.request.kind = kind;
    change.request.transfer = *ParseTransfer(transfer);
    change.undone = undone;
    change.step = step;
    change.applied = true;
    RunUpdate update;
    update.interventions = {change};
    run_.Apply(std::move(update));
  }

  ReaderThread reader_;
  RunDocument run_{reader_, "nowhere"};
};

TEST_F(CostAtTest, IsOfTheLastTimedStepsUpToTheCursor) {
  Load(300);
  const auto cost = CostAt(run_, 205);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->steps, 50);
  EXPECT_EQ(cost->constraint, 156);  // of 106, 108 … 204, the upper one of the middle two
  EXPECT_EQ(cost->apply, 10);
}

TEST_F(CostAtTest, IsOfNoStepBeforeTrainingWasChanged) {
  Load(300);
  Change(200, "constraint");
  const auto after = CostAt(run_, 205);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->steps, 2);
  EXPECT_EQ(after->constraint, 204);
  EXPECT_EQ(CostAt(run_, 200)->steps, 50);
  EXPECT_FALSE(CostAt(run_, 201)) << "the first step after the change was not timed";
  Change(200, "pause");
  EXPECT_EQ(CostAt(run_, 205)->steps, 50);
}

TEST_F(CostAtTest, IsOfNoStepThatRanTwoMapsOnceABlendHasEnded) {
  Load(300);
  Change(100, "constraint", "blend(90)");
  EXPECT_EQ(CostAt(run_, 205)->constraint, 198);  // of 192, 194 … 204
  EXPECT_EQ(CostAt(run_, 150)->steps, 25) << "while it goes on, since it began";
  Change(100, "constraint", "match_matrix", /*undone=*/true);
  EXPECT_EQ(CostAt(run_, 110)->steps, 50);
}

TEST_F(CostAtTest, IsNothingBeforeTheFirstTimedStep) {
  Load(3);
  EXPECT_FALSE(CostAt(run_, 1));
  EXPECT_EQ(CostAt(run_, 3)->steps, 1);
}

}  // namespace
}  // namespace mhc
