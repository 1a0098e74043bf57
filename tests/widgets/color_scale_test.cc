#include "widgets/frame/color_scale.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "widgets/look/color_map.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RoundLimit, IsTheLeastWhereNumbersAreSmaller) {
  EXPECT_EQ(RoundLimit(std::vector{0.2, -0.9}), 1.0);
  EXPECT_EQ(RoundLimit(std::vector<double>{}), 1.0);
}

TEST(RoundLimit, IsTheNextRoundNumber) {
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{1.3}), 1.5);
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{-1.6, 0.1}), 2.0);
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{71.0}), 100.0);
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{0.0042}, 1e-6), 0.005);
}

TEST(RoundRange, OfEqualNumbersIsARangeThatEndsThere) {
  for (const double value : {1.0, 0.9999999, 1.0000001, 0.3, 12345.0}) {
    const ColorRange range = RoundRange(std::vector{value, value});
    EXPECT_LT(range.floor, range.limit) << value;
    EXPECT_LE(range.limit - range.floor, 2e-3 * value) << value;
    EXPECT_NEAR(range.limit, value, 1e-3 * value);
  }
}

TEST(RoundLimit, LeavesNonFiniteNumbersOut) {
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{std::nan(""), kInfinity, 2.5}), 3.0);
}

TEST(RoundLimit, HoldsEveryNumberAndIsLessThanTwiceTheLargest) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(0.0, 30.0);
  for (int i = 0; i < 10000; ++i) {
    const double value = std::pow(10.0, exponent(random));
    const double limit = RoundLimit(std::vector{-value});
    EXPECT_GE(limit, value * (1.0 - 1e-8));
    EXPECT_LT(limit, value * 2.0 + 1e-8);
  }
}

TEST(ColorScale, PutsWhiteAtZeroOfASignedScaleAndItsEndsAtTheLimits) {
  const Look look(Look::Mode::kLight);
  const ColorScale scale{ColorScale::Kind::kSigned, 20.0, {}, false};
  EXPECT_EQ(scale.ColorOf(0.0, look), QColor(Qt::white));
  EXPECT_EQ(scale.ColorOf(-20.0, look), SignedColor(-1.0));
  EXPECT_EQ(scale.ColorOf(50.0, look), SignedColor(1.0));
}

TEST(ColorScale, GivesNonFiniteNumbersAColourOfTheirOwn) {
  const Look look(Look::Mode::kDark);
  for (const auto kind : {ColorScale::Kind::kNonNegative, ColorScale::Kind::kSigned}) {
    const ColorScale scale{kind, 1.0, {}, false};
    EXPECT_EQ(scale.ColorOf(std::nan(""), look), look.Color(Role::kBad));
    EXPECT_EQ(scale.ColorOf(kInfinity, look), look.Color(Role::kBad));
  }
}

TEST(RoundLimit, OfNothingButZerosIsOne) {
  EXPECT_EQ(RoundLimit(std::vector{0.0, 0.0}, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(RoundLimit(std::vector{3e-9, -1e-10}, 0.0), 3e-9);
}

TEST(ScaleOfEntries, TakesNoSmallNegativeNumberForRounding) {
  EXPECT_EQ(ScaleOfEntries(std::vector{1e-8, -5e-9}, {}).kind, ColorScale::Kind::kSigned);
  EXPECT_EQ(ScaleOfEntries(std::vector{1.0, -1e-9}, {}).kind, ColorScale::Kind::kNonNegative);
}

TEST(LogarithmicScale, GivesEveryDecadeTheSameShareOfTheColours) {
  const Look look(Look::Mode::kLight);
  const std::vector<double> entries = {1.0, 0.01, 2e-4, 0.0};
  const ColorScale scale = Logarithmic({ColorScale::Kind::kNonNegative, 1.0, {}, false}, entries);
  EXPECT_DOUBLE_EQ(scale.floor, 1e-4);
  EXPECT_EQ(scale.ColorOf(0.0, look), CividisColor(0.0));
  EXPECT_EQ(scale.ColorOf(0.01, look), CividisColor(0.5));
  EXPECT_EQ(scale.ColorOf(1.0, look), CividisColor(1.0));
  EXPECT_DOUBLE_EQ(scale.At(0.5), 0.01);
}

TEST(LogarithmicScale, KeepsTheSignAndWhiteAtZero) {
  const Look look(Look::Mode::kLight);
  const ColorScale scale =
      Logarithmic({ColorScale::Kind::kSigned, 1.0, {}, false}, std::vector{-1.0, 0.01, 1e-4});
  EXPECT_EQ(scale.ColorOf(0.0, look), SignedColor(0.0));
  EXPECT_EQ(scale.ColorOf(-0.01, look), SignedColor(-0.5));
  EXPECT_EQ(scale.ColorOf(0.01, look), SignedColor(0.5));
  EXPECT_NEAR(scale.At(0.0), -1.0, 1e-12);
  EXPECT_NEAR(scale.At(0.75), 0.01, 1e-12);
}

TEST(LogarithmicScale, SpansOneDecadeAtLeastAndTwelveAtMost) {
  const ColorScale flat =
      Logarithmic({ColorScale::Kind::kNonNegative, 1.0, {}, false}, std::vector{1.0, 1.0});
  EXPECT_DOUBLE_EQ(flat.floor, 0.1);
  const ColorScale deep =
      Logarithmic({ColorScale::Kind::kNonNegative, 1.0, {}, false}, std::vector{1.0, 1e-40});
  EXPECT_DOUBLE_EQ(deep.floor, 1e-12);
}

}  // namespace
}  // namespace mhc
