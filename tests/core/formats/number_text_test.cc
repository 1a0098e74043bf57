#include "core/formats/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <clocale>
#include <cmath>
#include <limits>
#include <random>

namespace mhc {
namespace {

TEST(NumberTexts, AreTheShortestThatReadBack) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(-0.0), "-0");
  EXPECT_EQ(NumberText(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(NumberText(1e22), "1e+22");
  EXPECT_EQ(NumberText(-std::nan("")), "nan");
  EXPECT_EQ(NumberText(INFINITY), "inf");
  EXPECT_EQ(NumberText(-INFINITY), "-inf");
}

TEST(NumberTexts, ReadBackAsTheSameDoubleForRandomBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    const std::optional<double> read = ParseNumber(NumberText(value));
    ASSERT_TRUE(read) << NumberText(value);
    if (!std::isnan(value)) {
      ASSERT_EQ(*read, value);
    }
  }
  EXPECT_EQ(ParseNumber(NumberText(std::numeric_limits<double>::denorm_min())),
            std::numeric_limits<double>::denorm_min());
}

TEST(NumberTexts, HaveAPointInEveryLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
    std::setlocale(LC_ALL, name);
    EXPECT_EQ(NumberText(1234.5), "1234.5") << name;
    EXPECT_EQ(ParseNumber("1234.5"), 1234.5) << name;
    EXPECT_EQ(ParseNumber("1234,5"), std::nullopt) << name;
    EXPECT_EQ(ParseNumber("123.5e-400"), 0.0) << name;
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST(NumberTexts, TooSmallForADoubleAreZeroAndTooLargeAreNone) {
  EXPECT_EQ(ParseNumber("1e-400"), 0.0);
  EXPECT_EQ(ParseNumber(" +1.5e-999999 "), 0.0);
  EXPECT_TRUE(std::signbit(*ParseNumber("-1e-400")));
  for (const char* text : {"1e400", "-1e400", "+1e400"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
    EXPECT_TRUE(IsTooLarge(text)) << text;
  }
  for (const char* text : {"1e308", "inf", "nan", "x", "", "1e400x", "1e-400"}) {
    EXPECT_FALSE(IsTooLarge(text)) << text;
  }
}

TEST(NumberTexts, AreReadWithBlanksAndSignsButNothingElse) {
  EXPECT_EQ(ParseNumber(" \t+1.5 "), 1.5);
  EXPECT_EQ(ParseNumber("-INF"), -INFINITY);
  EXPECT_TRUE(std::isnan(*ParseNumber("NaN")));
  for (const char* text : {"", " ", "+", "+-1", "1 2", "1x", "0x10", "1e999", "--1", "1,5"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(NumberText, AWholeNumberIsWrittenInDigitsHoweverItWasGiven) {
  EXPECT_EQ(WholeNumberText("1e3"), "1000");
  EXPECT_EQ(WholeNumberText("2.0"), "2");
  EXPECT_EQ(WholeNumberText("-1.5e1"), "-15");
  for (const char* other : {"7", "2.5", "1e300", "e", "", "nan", "0x1e", "all"}) {
    EXPECT_EQ(WholeNumberText(other), other);
  }
}

}  // namespace
}  // namespace mhc
