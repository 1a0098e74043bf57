#include "core/plan/step_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace mhc {
namespace {

using testing::HasSubstr;

Configuration Sized(const std::vector<Setting>& settings) {
  return *LoadConfiguration("tiny", settings);
}

// Points of a machine whose steps cost exactly what the model of the fit says.
std::vector<SweepPoint> PointsOf(std::int64_t threads, double off = 0.0) {
  std::vector<SweepPoint> points;
  for (const char* connection : {"mhc", "residual"}) {
    for (const char* channels : {"32", "64", "128", "256"}) {
      for (const char* blocks : {"1", "2", "6"}) {
        SweepPoint point;
        point.threads = threads;
        point.work = WorkOf(Sized({{"mixing.connection", connection},
                                   {"model.channels", channels},
                                   {"model.blocks", blocks}}));
        const StepWork& w = point.work;
        point.mixing_ms = 0.02 * w.sublayers + 9 * w.mixing_gflop + 30 * w.mixing_gigabytes;
        point.step_ms =
            point.mixing_ms + 0.7 + 0.1 * w.sublayers + 11 * w.gflop + 0.5 * w.parameters;
        point.step_ms *= points.size() % 2 == 0 ? 1.0 + off : 1.0 - off;
        points.push_back(point);
      }
    }
  }
  return points;
}

TEST(StepWork, GrowsAsTheSizesDo) {
  const StepWork one = WorkOf(Sized({}));
  const StepWork wide = WorkOf(Sized({{"train.batch", "16"}}));
  const StepWork plain = WorkOf(Sized({{"mixing.connection", "residual"}}));
  EXPECT_EQ(one.sublayers, 4.0);
  EXPECT_GT(one.gflop, 0.0);
  EXPECT_NEAR(wide.gflop / one.gflop, wide.mixing_gflop / one.mixing_gflop, 1e-12);
  EXPECT_EQ(plain.mixing_gflop, 0.0);
  EXPECT_GT(one.mixing_gigabytes, plain.mixing_gigabytes);
  EXPECT_GT(WorkOf(Sized({{"mixing.kernels", "reference"}})).mixing_gigabytes,
            one.mixing_gigabytes);
}

TEST(StepTimeFit, FindsWhatTheStepsWereMadeOf) {
  const auto fit = StepTimeFit::Of(PointsOf(2), 2);
  ASSERT_TRUE(fit) << fit.error().message;
  EXPECT_LT(fit->largest_error(), 1e-9);
  const StepWork other = WorkOf(Sized({{"model.channels", "96"}, {"model.blocks", "3"}}));
  EXPECT_NEAR(fit->MixingMs(other), 0.02 * 6 + 9 * other.mixing_gflop + 30 * other.mixing_gigabytes,
              1e-9);
  EXPECT_NEAR(fit->RestMs(other), 0.7 + 0.1 * 6 + 11 * other.gflop + 0.5 * other.parameters, 1e-9);
}

TEST(StepTimeFit, SaysHowFarItIsOff) {
  const auto fit = StepTimeFit::Of(PointsOf(2, 0.1), 2);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->median_error(), 0.1, 0.05);
  EXPECT_GE(fit->largest_error(), fit->median_error());
}

TEST(StepTimeFit, NothingCostsLessThanNothing) {
  std::vector<SweepPoint> points = PointsOf(1);
  for (SweepPoint& point : points) point.step_ms = point.mixing_ms + 30.0 / point.work.gflop;
  const auto fit = StepTimeFit::Of(points, 1);
  ASSERT_TRUE(fit);
  StepWork small, large;
  large.gflop = 10.0;
  EXPECT_GE(fit->RestMs(large), fit->RestMs(small));
}

TEST(StepTimeFit, IsOfThePointsWithThatManyThreadsAlone) {
  std::vector<SweepPoint> points = PointsOf(1);
  for (const SweepPoint& point : PointsOf(2, 0.3)) points.push_back(point);
  EXPECT_LT(StepTimeFit::Of(points, 1)->largest_error(), 1e-9);
  const auto none = StepTimeFit::Of(points, 7);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("0 points with 7 threads"));
}

}  // namespace
}  // namespace mhc
