#include "widgets/document/series.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every tenth value or so is not finite; runs of NaN stand for columns that are measured now and
// then.
std::vector<double> RandomValues(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0.0, 3.0);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> values;
  while (static_cast<int>(values.size()) < count) {
    const double draw = uniform(random);
    if (draw < 0.02) {
      values.insert(values.end(), static_cast<std::size_t>(1 + 200 * uniform(random)), kNan);
    } else if (draw < 0.04) {
      values.push_back(kInfinity);
    } else if (draw < 0.06) {
      values.push_back(-kInfinity);
    } else if (draw < 0.07) {
      values.push_back(1e6 * normal(random));  // a spike
    } else {
      values.push_back(normal(random));
    }
  }
  values.resize(static_cast<std::size_t>(count));
  return values;
}

Series SeriesOf(const std::vector<double>& values) {
  Series series;
  series.Append(values);
  return series;
}

Extent BruteExtent(const std::vector<double>& values, std::int64_t first, std::int64_t last) {
  Extent extent;
  for (std::int64_t step = first; step <= last; ++step) {
    const double value = values[static_cast<std::size_t>(step - 1)];
    if (!std::isfinite(value)) continue;
    if (extent.finite == 0) extent.minimum = extent.maximum = value;
    extent.minimum = std::min(extent.minimum, value);
    extent.maximum = std::max(extent.maximum, value);
    extent.sum += value;
    ++extent.finite;
  }
  return extent;
}

void ExpectSame(const Extent& found, const Extent& expected) {
  EXPECT_EQ(found.finite, expected.finite);
  if (expected.finite == 0) return;
  EXPECT_EQ(found.minimum, expected.minimum);
  EXPECT_EQ(found.maximum, expected.maximum);
  EXPECT_NEAR(found.sum, expected.sum,
              1e-12 * static_cast<double>(expected.finite) *
                  std::max(std::abs(expected.minimum), std::abs(expected.maximum)));
}

// The first finite value going from `begin` towards `end`, both inside.
double FiniteFrom(const std::vector<double>& values, std::int64_t begin, std::int64_t end) {
  const std::int64_t stride = begin <= end ? 1 : -1;
  for (std::int64_t step = begin; step != end + stride; step += stride) {
    const double value = values[static_cast<std::size_t>(step - 1)];
    if (std::isfinite(value)) return value;
  }
  return kNan;
}

// Holds an envelope against the values, one by one.
void ExpectEnvelopeOf(const std::vector<double>& values, std::int64_t first, std::int64_t last,
                      int columns, const std::vector<Bucket>& envelope) {
  // Aligning may cut the first stretch, which makes one more.
  EXPECT_LE(envelope.size(), static_cast<std::size_t>(columns) + 1);
  std::int64_t finite = 0, next = first;
  for (const Bucket& bucket : envelope) {
    SCOPED_TRACE(bucket.first);
    EXPECT_GE(bucket.first, next);
    ASSERT_LE(bucket.first, bucket.last);
    ASSERT_LE(bucket.last, last);
    ExpectSame(bucket.extent, BruteExtent(values, bucket.first, bucket.last));
    EXPECT_EQ(bucket.entry, FiniteFrom(values, bucket.first, bucket.last));
    EXPECT_EQ(bucket.exit, FiniteFrom(values, bucket.last, bucket.first));
    finite += bucket.extent.finite;
    next = bucket.last + 1;
  }
  // What is left out has no finite value.
  EXPECT_EQ(finite, BruteExtent(values, first, last).finite);
}

void ExpectSameSeries(const Series& found, const Series& expected) {
  ASSERT_EQ(found.last_step(), expected.last_step());
  const std::int64_t last = expected.last_step();
  for (std::int64_t step = 0; step <= last + 1; ++step) {
    const double value = expected.At(step);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(found.At(step))) << step;
    } else {
      EXPECT_EQ(found.At(step), value) << step;
    }
  }
  for (std::int64_t width = 1; width <= last; width *= 3) {
    for (std::int64_t first = 1; first + width - 1 <= last; first += width) {
      ExpectSame(found.Over(first, first + width - 1), expected.Over(first, first + width - 1));
    }
  }
}

TEST(Series, HoldsNothingBeforeTheFirstValue) {
  const Series series;
  EXPECT_EQ(series.last_step(), 0);
  EXPECT_TRUE(std::isnan(series.At(0)));
  EXPECT_TRUE(std::isnan(series.At(1)));
  EXPECT_EQ(series.Over(1, 100).finite, 0);
  EXPECT_TRUE(series.Envelope(1, 100, 10).empty());
  std::int64_t step = 0;
  double value = 0.0;
  EXPECT_FALSE(series.LastFinite(100, step, value));
}

TEST(Series, GivesEveryValueBackAtItsStep) {
  const Series series = SeriesOf({2.5, kNan, kInfinity, -1.0});
  EXPECT_EQ(series.last_step(), 4);
  EXPECT_EQ(series.At(1), 2.5);
  EXPECT_TRUE(std::isnan(series.At(2)));
  EXPECT_EQ(series.At(3), kInfinity);
  EXPECT_EQ(series.At(4), -1.0);
  EXPECT_TRUE(std::isnan(series.At(0)));
  EXPECT_TRUE(std::isnan(series.At(5)));
}

TEST(Series, FindsTheExtremesOfEveryRange) {
  for (const int count : {1, 15, 16, 17, 255, 256, 257, 700}) {
    const std::vector<double> values = RandomValues(count, 11);
    const Series series = SeriesOf(values);
    for (std::int64_t first = 1; first <= count; ++first) {
      for (std::int64_t last = first; last <= count; last += 1 + last / 40) {
        ExpectSame(series.Over(first, last), BruteExtent(values, first, last));
      }
    }
  }
}

TEST(Series, CutsRangesToTheStepsThereAre) {
  const Series series = SeriesOf({1.0, 2.0, 3.0});
  EXPECT_EQ(series.Over(-5, 100).maximum, 3.0);
  EXPECT_EQ(series.Over(-5, 100).finite, 3);
  EXPECT_EQ(series.Over(4, 100).finite, 0);
  EXPECT_EQ(series.Over(3, 2).finite, 0);
  EXPECT_EQ(series.Envelope(-5, 100, 50).size(), 3u);
  EXPECT_TRUE(series.Envelope(1, 3, 0).empty());
}

TEST(SeriesEnvelope, KeepsEveryExtremeOfRandomData) {
  std::mt19937 random(5);
  for (const int count : {1, 2, 40, 1000, 5000}) {
    const std::vector<double> values = RandomValues(count, static_cast<unsigned>(count));
    const Series series = SeriesOf(values);
    for (int trial = 0; trial < 60; ++trial) {
      std::uniform_int_distribution<std::int64_t> step(1, count);
      std::int64_t first = step(random), last = step(random);
      if (first > last) std::swap(first, last);
      const int columns = std::uniform_int_distribution<int>(1, 800)(random);
      SCOPED_TRACE(::testing::Message() << first << "…" << last << " in " << columns);
      ExpectEnvelopeOf(values, first, last, columns, series.Envelope(first, last, columns));
    }
  }
}

TEST(SeriesEnvelope, ShowsOneSpikeInAMillionSteps) {
  constexpr int kSteps = 1000000, kSpike = 654321;
  std::vector<double> values(kSteps, 1.0);
  values[kSpike - 1] = 77.0;
  const std::vector<Bucket> envelope = SeriesOf(values).Envelope(1, kSteps, 500);
  const auto bucket = std::find_if(envelope.begin(), envelope.end(), [](const Bucket& one) {
    return one.first <= kSpike && kSpike <= one.last;
  });
  ASSERT_NE(bucket, envelope.end());
  EXPECT_EQ(bucket->extent.maximum, 77.0);
  EXPECT_EQ(bucket->extent.minimum, 1.0);
}

TEST(SeriesEnvelope, GivesSingleStepsWhereThereIsRoom) {
  const std::vector<double> values = RandomValues(300, 3);
  for (const Bucket& bucket : SeriesOf(values).Envelope(20, 200, 181)) {
    EXPECT_EQ(bucket.first, bucket.last);
    EXPECT_EQ(bucket.entry, values[static_cast<std::size_t>(bucket.first - 1)]);
    EXPECT_EQ(bucket.exit, bucket.entry);
  }
}

TEST(SeriesEnvelope, LeavesOutStretchesWithoutAFiniteValue) {
  std::vector<double> values(100, kNan);
  values[9] = 5.0;
  values[49] = kInfinity;
  values[89] = -5.0;
  const std::vector<Bucket> envelope = SeriesOf(values).Envelope(1, 100, 10);
  ASSERT_EQ(envelope.size(), 2u);
  EXPECT_EQ(envelope[0].entry, 5.0);
  EXPECT_EQ(envelope[0].extent.finite, 1);
  EXPECT_EQ(envelope[1].exit, -5.0);
}

TEST(SeriesEnvelope, KeepsItsStretchesWhileAPlotScrolls) {
  const std::vector<double> values = RandomValues(4000, 8);
  const Series series = SeriesOf(values);
  constexpr std::int64_t kShown = 1000;
  constexpr int kColumns = 100;  // ten steps each
  for (std::int64_t first = 1; first < 100; ++first) {
    for (const Bucket& bucket : series.Envelope(first, first + kShown - 1, kColumns)) {
      EXPECT_TRUE(bucket.first % 10 == 1 || bucket.first == first) << first;
      EXPECT_TRUE(bucket.last % 10 == 0 || bucket.last == first + kShown - 1) << first;
    }
  }
}

TEST(SeriesEnvelope, HoldsTheStepsThereAreAsTheSeriesGrows) {
  const std::vector<double> values = RandomValues(1200, 21);
  Series series;
  series.Append(std::span(values).first(1000));
  const std::vector<Bucket> before = series.Envelope(1, 1200, 60);
  series.Append(std::span(values).subspan(1000));
  const std::vector<Bucket> after = series.Envelope(1, 1200, 60);
  ExpectEnvelopeOf(values, 1, 1000, 60, before);
  ExpectEnvelopeOf(values, 1, 1200, 60, after);
}

TEST(Series, AppendedInPiecesIsTheSameAsAtOnce) {
  std::mt19937 random(2);
  const std::vector<double> values = RandomValues(3000, 1);
  Series series;
  std::size_t done = 0;
  while (done < values.size()) {
    const std::size_t count = std::min<std::size_t>(
        values.size() - done, std::uniform_int_distribution<std::size_t>(1, 97)(random));
    series.Append(std::span(values).subspan(done, count));
    done += count;
  }
  ExpectSameSeries(series, SeriesOf(values));
}

TEST(Series, TruncatedAndContinuedIsTheSameAsAFreshOne) {
  std::mt19937 random(9);
  std::vector<double> values = RandomValues(2000, 4);
  Series series = SeriesOf(values);
  for (unsigned round = 0; round < 40; ++round) {
    const auto kept = std::uniform_int_distribution<std::size_t>(0, values.size())(random);
    values.resize(kept);
    series.Truncate(static_cast<std::int64_t>(kept));
    ExpectSameSeries(series, SeriesOf(values));
    const std::vector<double> more = RandomValues(1 + static_cast<int>(random() % 700), round);
    values.insert(values.end(), more.begin(), more.end());
    series.Append(more);
    ExpectSameSeries(series, SeriesOf(values));
  }
}

TEST(Series, ForgetsASpikeThatWasUndone) {
  std::vector<double> values(1000, 1.0);
  values[700] = 1e9;
  Series series = SeriesOf(values);
  series.Truncate(700);
  series.Append(std::vector<double>(300, 1.0));
  EXPECT_EQ(series.Over(1, 1000).maximum, 1.0);
  EXPECT_EQ(series.Over(1, 1000).finite, 1000);
}

TEST(Series, CountsHowOftenStepsWereForgotten) {
  Series series = SeriesOf({1.0, 2.0, 3.0});
  const std::int64_t before = series.revision();
  series.Append(std::vector<double>{4.0});
  series.Truncate(4);
  series.Truncate(10);
  EXPECT_EQ(series.revision(), before);
  series.Truncate(2);
  EXPECT_NE(series.revision(), before);
}

TEST(SeriesLastFinite, FindsTheNewestFiniteValueAtOrBeforeAnyStep) {
  const std::vector<double> values = RandomValues(3000, 6);
  const Series series = SeriesOf(values);
  std::int64_t newest = 0;
  for (std::int64_t step = 1; step <= 3000; ++step) {
    if (std::isfinite(values[static_cast<std::size_t>(step - 1)])) newest = step;
    std::int64_t found_step = 0;
    double found = 0.0;
    ASSERT_EQ(series.LastFinite(step, found_step, found), newest > 0) << step;
    if (newest == 0) continue;
    EXPECT_EQ(found_step, newest) << step;
    EXPECT_EQ(found, values[static_cast<std::size_t>(newest - 1)]) << step;
  }
}

TEST(SeriesLastFinite, TakesAStepAfterTheLastForTheLast) {
  const Series series = SeriesOf({kNan, 4.0, kNan});
  std::int64_t step = 0;
  double value = 0.0;
  ASSERT_TRUE(series.LastFinite(1000, step, value));
  EXPECT_EQ(step, 2);
  EXPECT_EQ(value, 4.0);
  EXPECT_FALSE(series.LastFinite(1, step, value));
  EXPECT_FALSE(series.LastFinite(0, step, value));
  EXPECT_FALSE(series.LastFinite(-3, step, value));
}

}  // namespace
}  // namespace mhc
