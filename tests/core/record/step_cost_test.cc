// What a step costs, from the steps whose parts were timed.
#include "core/record/record/step_cost.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

StepRecord Timed(double step, double sublayers, double coefficients, double constraint,
                 double apply) {
  StepRecord record;
  record.Set("step_ms", step);
  record.Set("sublayer_ms", sublayers);
  record.Set("coefficients_ms", coefficients);
  record.Set("constraint_ms", constraint);
  record.Set("apply_ms", apply);
  return record;
}

TEST(StepCost, IsTheMedianOfEachPartAndOfWhatTheyLeaveOfTheirStep) {
  const std::vector<StepRecord> steps = {Timed(100, 50, 10, 5, 20), Timed(130, 60, 12, 6, 22),
                                         Timed(900, 55, 11, 700, 21)};
  const auto cost = MedianStepCost(steps);
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->steps, 3);
  EXPECT_EQ(cost->step, 130);
  EXPECT_EQ(cost->sublayers, 55);
  EXPECT_EQ(cost->coefficients, 11);
  EXPECT_EQ(cost->constraint, 6);
  EXPECT_EQ(cost->apply, 21);
  EXPECT_EQ(cost->rest, 30);  // of 15, 30 and 113
  EXPECT_EQ(cost->Mixing(), 38);
}

TEST(StepCost, LeavesOutStepsWhosePartsWereNotTimed) {
  StepRecord untimed;
  untimed.Set("step_ms", 1.0);
  EXPECT_FALSE(MedianStepCost(std::vector<StepRecord>{untimed}));
  EXPECT_FALSE(MedianStepCost({}));
  const auto cost = MedianStepCost(std::vector<StepRecord>{Timed(100, 50, 10, 5, 20), untimed});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->steps, 1);
  EXPECT_EQ(cost->step, 100);
}

TEST(StepCost, OfAResidualRunHasNoMixingButItsAddition) {
  StepRecord step;
  step.Set("step_ms", 60.0);
  step.Set("sublayer_ms", 40.0);
  step.Set("apply_ms", 2.0);
  const auto cost = MedianStepCost(std::vector<StepRecord>{step});
  ASSERT_TRUE(cost);
  EXPECT_FALSE(cost->coefficients);
  EXPECT_FALSE(cost->constraint);
  EXPECT_EQ(cost->rest, 18);
  EXPECT_EQ(cost->Mixing(), 2);
}

}  // namespace
}  // namespace mhc
