#include "widgets/document/step_cursor.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

TEST(StepCursor, GoesAlongWithTheEndWhileItFollows) {
  StepCursor cursor;
  cursor.SetLastStep(10);
  EXPECT_EQ(cursor.step(), 10);
  cursor.SetLastStep(12);
  EXPECT_EQ(cursor.step(), 12);
}

TEST(StepCursor, ShowsTheEndOfAShorterRunAndTheStepThatWasAskedForAfterIt) {
  StepCursor cursor;
  cursor.SetLastStep(1000);
  cursor.SetStep(700);
  cursor.SetLastStep(100);
  EXPECT_EQ(cursor.step(), 100);
  cursor.SetLastStep(2000);
  EXPECT_EQ(cursor.step(), 700);
  EXPECT_FALSE(cursor.follows());
}

TEST(StepCursor, AStepThatAHandChoseInTheShorterRunCounts) {
  StepCursor cursor;
  cursor.SetLastStep(1000);
  cursor.SetStep(700);
  cursor.SetLastStep(100);
  cursor.SetStep(99);
  cursor.SetLastStep(1000);
  EXPECT_EQ(cursor.step(), 99);
}

}  // namespace
}  // namespace mhc
