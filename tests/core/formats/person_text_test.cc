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
}

TEST(PersonText, MeasuresKeepTheirDigitsAndPowersAreWrittenAsPowers) {
  EXPECT_EQ(MeasureText(2.11449), "2.114");
  EXPECT_EQ(MeasureText(-0.5), "−0.500");
  EXPECT_EQ(MeasureText(0.0031), "0.0031");
  EXPECT_EQ(MeasureText(0.001, 2), "0.0010");
  EXPECT_EQ(MeasureText(0), "0");
  EXPECT_EQ(MeasureText(1e16), "10¹⁶");
  EXPECT_EQ(MeasureText(3e-4, 2), "3.0 × 10⁻⁴");
  EXPECT_EQ(MeasureText(-2.5e7, 2), "−2.5 × 10⁷");
  EXPECT_EQ(MeasureText(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(MeasureText(-std::numeric_limits<double>::infinity()), "−∞");
}

}  // namespace
}  // namespace mhc
