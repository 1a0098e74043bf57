#include "widgets/document/smoothed_series.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Series SeriesOf(const std::vector<double>& values) {
  Series series;
  series.Append(values);
  return series;
}

// Σ w^age x / Σ w^age over the finite values up to a step, from the definition.
double MeanAt(const std::vector<double>& values, std::int64_t step, int steps) {
  const double kept = 1.0 - 1.0 / steps;
  double sum = 0.0, weight = 0.0;
  for (std::int64_t i = 0; i < step; ++i) {
    const double value = values[static_cast<std::size_t>(i)];
    if (!std::isfinite(value)) continue;
    sum = kept * sum + value;
    weight = kept * weight + 1.0;
  }
  return sum / weight;
}

std::vector<double> Waves(int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(3.0 + std::sin(0.3 * i) + 0.01 * i);
  return values;
}

TEST(SmoothedSeries, IsTheExponentialMeanOfTheStepsBefore) {
  const std::vector<double> values = Waves(200);
  SmoothedSeries smoothed(20);
  smoothed.Follow(SeriesOf(values));
  ASSERT_EQ(smoothed.series().last_step(), 200);
  for (std::int64_t step = 1; step <= 200; ++step) {
    EXPECT_DOUBLE_EQ(smoothed.series().At(step), MeanAt(values, step, 20)) << step;
  }
}

TEST(SmoothedSeries, BeginsAtTheFirstValueAndKeepsAConstant) {
  SmoothedSeries smoothed(50);
  smoothed.Follow(SeriesOf(std::vector<double>(100, 2.5)));
  for (std::int64_t step = 1; step <= 100; ++step) {
    EXPECT_NEAR(smoothed.series().At(step), 2.5, 1e-14);
  }
}

TEST(SmoothedSeries, LeavesNonFiniteValuesOutOfTheMeanAndBreaksThere) {
  std::vector<double> values = Waves(60);
  values[20] = kNan;
  values[40] = std::numeric_limits<double>::infinity();
  SmoothedSeries smoothed(10);
  smoothed.Follow(SeriesOf(values));
  EXPECT_TRUE(std::isnan(smoothed.series().At(21)));
  EXPECT_TRUE(std::isnan(smoothed.series().At(41)));
  EXPECT_DOUBLE_EQ(smoothed.series().At(60), MeanAt(values, 60, 10));
}

TEST(SmoothedSeries, FollowedInPiecesIsTheSameAsAtOnce) {
  const std::vector<double> values = Waves(300);
  Series raw;
  SmoothedSeries pieces(25), whole(25);
  for (std::size_t done = 0; done < values.size(); done += 7) {
    raw.Append(std::span(values).subspan(done, std::min<std::size_t>(7, values.size() - done)));
    pieces.Follow(raw);
  }
  whole.Follow(raw);
  for (std::int64_t step = 1; step <= 300; ++step) {
    EXPECT_EQ(pieces.series().At(step), whole.series().At(step)) << step;
  }
}

TEST(SmoothedSeries, BeginsAnewWhereTrainingWentBack) {
  Series raw = SeriesOf(Waves(100));
  SmoothedSeries smoothed(10), fresh(10);
  smoothed.Follow(raw);
  raw.Truncate(50);
  raw.Append(std::vector<double>(80, 9.0));
  smoothed.Follow(raw);
  fresh.Follow(raw);
  ASSERT_EQ(smoothed.series().last_step(), 130);
  for (std::int64_t step = 1; step <= 130; ++step) {
    EXPECT_EQ(smoothed.series().At(step), fresh.series().At(step)) << step;
  }
}

}  // namespace
}  // namespace mhc
