#include "core/train/learning_rate_schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mhc {
namespace {

TrainSettings Settings(const std::string& schedule, std::int64_t warmup = 10) {
  TrainSettings settings;
  settings.steps = 100;
  settings.warmup_steps = warmup;
  settings.schedule = schedule;
  return settings;
}

TEST(LearningRateSchedule, RisesLinearlyToThePeakInTheWarmUp) {
  for (const char* schedule : {"cosine", "constant", "wsd"}) {
    for (int finished = 0; finished < 10; ++finished) {
      EXPECT_DOUBLE_EQ(LearningRate(Settings(schedule), 2.0, finished), 0.2 * (finished + 1))
          << schedule;
    }
  }
}

TEST(LearningRateSchedule, CosineFallsToATenthAtTheLastStep) {
  const TrainSettings settings = Settings("cosine");
  EXPECT_DOUBLE_EQ(LearningRate(settings, 2.0, 99), 0.2);
  EXPECT_DOUBLE_EQ(LearningRate(settings, 2.0, 54), 2.0 * 0.55);
  for (int finished = 10; finished < 99; ++finished) {
    EXPECT_GT(LearningRate(settings, 2.0, finished), LearningRate(settings, 2.0, finished + 1));
  }
}

TEST(LearningRateSchedule, ConstantStaysAtThePeakAfterTheWarmUp) {
  for (const int finished : {9, 10, 50, 99}) {
    EXPECT_EQ(LearningRate(Settings("constant"), 2.0, finished), 2.0);
  }
}

TEST(LearningRateSchedule, WsdStaysAtThePeakAndFallsToZeroOverTheLastFifth) {
  const TrainSettings settings = Settings("wsd");
  for (const int finished : {9, 40, 79}) EXPECT_EQ(LearningRate(settings, 2.0, finished), 2.0);
  EXPECT_DOUBLE_EQ(LearningRate(settings, 2.0, 84), 1.5);
  EXPECT_DOUBLE_EQ(LearningRate(settings, 2.0, 89), 1.0);
  EXPECT_EQ(LearningRate(settings, 2.0, 99), 0.0);
}

TEST(LearningRateSchedule, ScalesThePeakAndNothingElse) {
  for (const char* schedule : {"cosine", "constant", "wsd"}) {
    for (int finished = 0; finished < 100; finished += 7) {
      EXPECT_DOUBLE_EQ(LearningRate(Settings(schedule), 6.0, finished),
                       3.0 * LearningRate(Settings(schedule), 2.0, finished));
    }
  }
}

TEST(LearningRateSchedule, IsFiniteWithoutAWarmUpAndForASingleStep) {
  for (const char* schedule : {"cosine", "constant", "wsd"}) {
    TrainSettings settings = Settings(schedule, 0);
    EXPECT_LE(LearningRate(settings, 2.0, 0), 2.0);
    EXPECT_GE(LearningRate(settings, 2.0, 0), 1.9);
    settings.steps = 1;
    EXPECT_TRUE(std::isfinite(LearningRate(settings, 2.0, 0))) << schedule;
    settings.warmup_steps = 500;
    EXPECT_DOUBLE_EQ(LearningRate(settings, 2.0, 0), 0.004) << schedule;
  }
}

}  // namespace
}  // namespace mhc
