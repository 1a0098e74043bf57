#include "core/formats/person_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace mhc {
namespace {

TEST(PersonText, DurationsReadAsAPersonSaysThem) {
  EXPECT_EQ(DurationText(12.4), "12 s");
  EXPECT_EQ(DurationText(182), "3 m 02 s");
  EXPECT_EQ(DurationText(3840), "1 h 04 m");
}

TEST(PersonText, CountsAreShortAndStepsHaveTheirThousandsParted) {
  EXPECT_EQ(CountText(870), "870");
  EXPECT_EQ(CountText(2900), "2.9k");
  EXPECT_EQ(CountText(41200), "41k");
  EXPECT_EQ(CountText(1.24e6), "1.2M");
  EXPECT_EQ(StepText(7), "7");
  EXPECT_EQ(StepText(1240), "1,240");
  EXPECT_EQ(StepText(1234567), "1,234,567");
  EXPECT_EQ(StepText(-1240), "−1,240");
}

TEST(PersonText, MeasuresKeepTheirDigitsAndPowersAreWrittenAsPowers) {
  EXPECT_EQ(MeasureText(2.11449), "2.114");
  EXPECT_EQ(MeasureText(-0.5), "−0.500");
  EXPECT_EQ(MeasureText(0.0031), "0.0031");
  EXPECT_EQ(MeasureText(0.001, 2), "0.0010");
  EXPECT_EQ(MeasureText(0), "0");
  EXPECT_EQ(MeasureText(999.96), "1,000");
  EXPECT_EQ(MeasureText(-60743.2), "−60,743");
  EXPECT_EQ(MeasureText(1e16), "10¹⁶");
  EXPECT_EQ(MeasureText(3e-4, 2), "3.0 × 10⁻⁴");
  EXPECT_EQ(MeasureText(-2.5e7, 2), "−2.5 × 10⁷");
  EXPECT_EQ(MeasureText(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(MeasureText(-std::numeric_limits<double>::infinity()), "−∞");
}

TEST(PersonText, FixedNumbersHaveTheWideMinusAndNoneBeforeAZero) {
  EXPECT_EQ(FixedText(-1240.5, 2), "−1,240.50");
  EXPECT_EQ(FixedText(-0.004, 2), "0.00");
  EXPECT_EQ(FixedText(-3.0, 0), "−3");
}

TEST(PersonText, AValueAndItsDeviationAreRoundedToTheSamePlace) {
  EXPECT_EQ(SpreadText(60743, 40968), "6.1 ± 4.1 × 10⁴");
  EXPECT_EQ(SpreadText(2.11449, 0.0312), "2.114 ± 0.031");
  EXPECT_EQ(SpreadText(0.0031, 0.00124), "0.0031 ± 0.0012");
  EXPECT_EQ(SpreadText(1.7, 12.3), "2 ± 12");
  EXPECT_EQ(SpreadText(1523.4, 311), "1,520 ± 310");
  EXPECT_EQ(SpreadText(12345, 12.2), "12,345 ± 12");
  EXPECT_EQ(SpreadText(-4.2e-5, 1.04e-5), "−4.2 ± 1.0 × 10⁻⁵");
  EXPECT_EQ(SpreadText(2.1e16, 8.3e17), "0.2 ± 8.3 × 10¹⁷");
  EXPECT_EQ(SpreadText(9.996, 0.4), "10.00 ± 0.40");
}

TEST(PersonText, ADeviationThatWouldReadZeroIsWrittenForItself) {
  EXPECT_EQ(SpreadText(1.0, 3e-7), "1.000 ± 3 × 10⁻⁷");
  EXPECT_EQ(SpreadText(1.0, 0.0), "1.000 ± 0");
  EXPECT_EQ(SpreadText(0.0, 0.0), "0 ± 0");
  EXPECT_EQ(SpreadText(1.5e16, 2e9), "1.50 × 10¹⁶ ± 2 × 10⁹");
}

TEST(PersonText, WhatIsNotFiniteHasNoPlaceToBeRoundedTo) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(SpreadText(2.5, kNan), "2.500");
  EXPECT_EQ(SpreadText(kInfinity, 1.0), "∞");
  EXPECT_EQ(SpreadText(2.5, kInfinity), "2.500 ± ∞");
}

}  // namespace
}  // namespace mhc
