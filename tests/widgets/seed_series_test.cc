#include "widgets/document/seed_series.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace mhc {
namespace {

class SeedSeriesTest : public testing::Test {
 protected:
  void Grow(double one, double two) {
    one_.Append(std::array{one});
    two_.Append(std::array{two});
  }
  void Follow() {
    const std::array<const Series*, 2> both = {&one_, &two_};
    folded_.Follow(both);
  }

  Series one_, two_;
  SeedSeries folded_;
};

TEST_F(SeedSeriesTest, IsTheMeanTheLeastAndTheMostOfEveryStep) {
  Grow(1.0, 3.0);
  Grow(5.0, 4.0);
  Follow();
  EXPECT_DOUBLE_EQ(folded_.mean().At(1), 2.0);
  EXPECT_DOUBLE_EQ(folded_.low().At(2), 4.0);
  EXPECT_DOUBLE_EQ(folded_.high().At(2), 5.0);
}

TEST_F(SeedSeriesTest, EndsWhereTheShortestRunEndsAndGoesOnAsItGrows) {
  Grow(1.0, 3.0);
  one_.Append(std::array{2.0});
  Follow();
  EXPECT_EQ(folded_.mean().last_step(), 1);
  two_.Append(std::array{6.0});
  Follow();
  EXPECT_EQ(folded_.mean().last_step(), 2);
  EXPECT_DOUBLE_EQ(folded_.mean().At(2), 4.0);
}

TEST_F(SeedSeriesTest, TakesAllAgainWhereARunWentBack) {
  Grow(1.0, 3.0);
  Grow(1.0, 3.0);
  Follow();
  one_.Truncate(1);
  one_.Append(std::array{7.0});
  Follow();
  EXPECT_DOUBLE_EQ(folded_.mean().At(2), 5.0);
}

TEST_F(SeedSeriesTest, HasNoMeanWhereOneRunHasNone) {
  Grow(NAN, 3.0);
  Follow();
  EXPECT_TRUE(std::isnan(folded_.mean().At(1)));
}

}  // namespace
}  // namespace mhc
