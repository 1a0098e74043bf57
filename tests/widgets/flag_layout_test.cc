#include "widgets/frame/flag_layout.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <random>

namespace mhc {
namespace {

constexpr double kLeft = 40.0, kRight = 540.0;
constexpr std::array kWidest = {220.0, 140.0, 90.0};

std::vector<FlagPlace> Place(const std::vector<FlagWish>& wishes, int rows) {
  return PlaceFlags(wishes, kLeft, kRight, rows, kWidest);
}

bool Overlap(double a, double a_end, double b, double b_end) { return a < b_end && b < a_end; }

TEST(FlagLayout, PutsALoneFlagBesideItsLineOnTop) {
  const auto places = Place({{100.0, 80.0}}, 3);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].row, 0);
  EXPECT_EQ(places[0].left, 100.0);
  EXPECT_EQ(places[0].width, 80.0);
}

TEST(FlagLayout, PutsAFlagWithoutRoomOnTheOtherSideOfItsLine) {
  const auto places = Place({{530.0, 80.0}}, 3);
  EXPECT_EQ(places[0].width, 80.0);
  EXPECT_EQ(places[0].left + places[0].width, 530.0);
}

TEST(FlagLayout, StaggersFlagsThatWouldOverlap) {
  const auto places = Place({{100.0, 80.0}, {120.0, 80.0}, {140.0, 80.0}, {400.0, 80.0}}, 3);
  EXPECT_EQ(places[0].row, 0);
  EXPECT_EQ(places[1].row, 1);
  EXPECT_EQ(places[2].row, 2);
  EXPECT_EQ(places[3].row, 0);
}

TEST(FlagLayout, NarrowsFlagsRatherThanLeaveMarkersBare) {
  const auto places = Place({{100.0, 200.0}, {250.0, 200.0}}, 1);
  EXPECT_EQ(places[0].width, 140.0);
  EXPECT_GT(places[1].width, 0.0);
}

TEST(FlagLayout, LeavesMarkersBareBelowTheRowsWhereAllAreTaken) {
  const auto places = Place({{100.0, 80.0}, {101.0, 80.0}, {102.0, 80.0}}, 2);
  EXPECT_EQ(places[2].width, 0.0);
  EXPECT_EQ(places[2].row, 2);
}

TEST(FlagLayout, WithoutRowsGivesBareMarkers) {
  const auto places = Place({{100.0, 80.0}, {300.0, 80.0}}, 0);
  EXPECT_THAT(places, ::testing::Each(::testing::Field(&FlagPlace::width, 0.0)));
}

TEST(FlagLayout, NeverCoversAnotherFlagOrAnotherMarkersLine) {
  std::mt19937 random(17);
  std::uniform_real_distribution<double> x(kLeft, kRight), width(20.0, 260.0);
  for (int trial = 0; trial < 2000; ++trial) {
    const int rows = trial % 6;
    std::vector<FlagWish> wishes(1 + random() % 25);
    for (FlagWish& wish : wishes) wish = {x(random), width(random)};
    std::sort(wishes.begin(), wishes.end(),
              [](const FlagWish& a, const FlagWish& b) { return a.x < b.x; });
    const auto places = Place(wishes, rows);
    ASSERT_EQ(places.size(), wishes.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      const FlagPlace& flag = places[i];
      EXPECT_GE(flag.left, kLeft);
      EXPECT_LE(flag.left + flag.width, kRight + 1e-9);
      EXPECT_LE(flag.width, wishes[i].width);
      if (flag.width == 0.0) continue;
      EXPECT_LT(flag.row, rows);
      for (std::size_t k = 0; k < places.size(); ++k) {
        if (k == i) continue;
        const bool same_row = places[k].row == flag.row && places[k].width > 0.0;
        EXPECT_FALSE(same_row && Overlap(flag.left, flag.left + flag.width, places[k].left,
                                         places[k].left + places[k].width));
        // A line goes down from its own row.
        const bool passes = places[k].row <= flag.row;
        EXPECT_FALSE(passes && flag.left < wishes[k].x && wishes[k].x < flag.left + flag.width);
      }
    }
  }
}

}  // namespace
}  // namespace mhc
