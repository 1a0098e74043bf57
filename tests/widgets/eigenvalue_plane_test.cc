#include "widgets/depth/eigenvalue_plane.h"

#include <gmock/gmock.h>

#include <QSignalSpy>
#include <QTest>

#include "widgets/look/look.h"
#include "widgets/measures/matrix_measures.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using Values = std::vector<std::complex<double>>;

class EigenvaluePlaneTest : public testing::Test {
 protected:
  EigenvaluePlaneTest() {
    plane_.resize(500, 300);
    plane_.show();
  }
  void Show(std::vector<Values> by_site, bool holds_unit_circle) {
    plane_.Show({std::move(by_site), std::nullopt, holds_unit_circle});
    plane_.replot();
  }
  QPoint PlaceOf(double real, double imaginary) const {
    return {static_cast<int>(std::lround(plane_.xAxis->coordToPixel(real))),
            static_cast<int>(std::lround(plane_.yAxis->coordToPixel(imaginary)))};
  }

  Look look_{Look::Mode::kLight};
  EigenvaluePlane plane_{look_, /*is_for_paper=*/false};
};

TEST_F(EigenvaluePlaneTest, ACircleIsRound) {
  for (const bool holds_unit_circle : {true, false}) {
    Show({{{1.0, 0.0}, {0.9, 0.3}, {0.9, -0.3}}}, holds_unit_circle);
    const double across = plane_.xAxis->coordToPixel(1.0) - plane_.xAxis->coordToPixel(0.0);
    const double upward = plane_.yAxis->coordToPixel(0.0) - plane_.yAxis->coordToPixel(1.0);
    EXPECT_NEAR(across, upward, 0.02 * upward);
  }
}

TEST_F(EigenvaluePlaneTest, TheAxesHoldTheDiscAndWhatLiesOutsideItOrTheEigenvaluesOnly) {
  const std::vector<Values> by_site = {{{1.0, 0.0}, {0.9, 0.1}, {0.9, -0.1}}, {{2.5, 0.0}}};
  Show(by_site, /*holds_unit_circle=*/true);
  EXPECT_TRUE(plane_.xAxis->range().contains(-1.0) && plane_.xAxis->range().contains(2.5));
  EXPECT_TRUE(plane_.yAxis->range().contains(-1.0) && plane_.yAxis->range().contains(1.0));
  Show({by_site.front()}, /*holds_unit_circle=*/false);
  EXPECT_TRUE(plane_.yAxis->range().contains(0.1) && plane_.yAxis->range().contains(-0.1));
  EXPECT_LT(plane_.yAxis->range().upper, 0.2);
}

TEST_F(EigenvaluePlaneTest, AClickOnAnEigenvalueChoosesItsSite) {
  Show({{{1.0, 0.0}}, {{0.0, 0.8}, {0.0, -0.8}}}, /*holds_unit_circle=*/true);
  const QSignalSpy chosen(&plane_, &EigenvaluePlane::siteChosen);
  QTest::mouseClick(&plane_, Qt::LeftButton, {}, PlaceOf(0.0, -0.8));
  QTest::mouseClick(&plane_, Qt::LeftButton, {}, PlaceOf(-0.5, 0.0));
  ASSERT_EQ(chosen.size(), 1);
  EXPECT_EQ(chosen.front().front(), 1);
}

TEST_F(EigenvaluePlaneTest, WhatIsNotFiniteIsNotDrawn) {
  Show({{{std::nan(""), 0.0}}, {{INFINITY, 0.0}, {0.5, 0.0}}}, /*holds_unit_circle=*/false);
  EXPECT_TRUE(std::isfinite(plane_.xAxis->range().lower));
  EXPECT_TRUE(plane_.xAxis->range().contains(0.5));
}

// A quarter turn, and half of the identity.
TEST(EigenvaluesBySite, AreThoseOfEachSitesMatrix) {
  const Snapshot matrices{"res_mean", {2, 2, 2}, {0, -1, 1, 0, 0.5, 0, 0, 0.5}};
  const auto by_site = EigenvaluesBySite(matrices);
  ASSERT_EQ(by_site.size(), 2u);
  EXPECT_NEAR(std::abs(by_site[0][0] * by_site[0][1] - std::complex<double>(1.0)), 0.0, 1e-12);
  EXPECT_NEAR(std::abs(by_site[0][0].imag()), 1.0, 1e-12);
  EXPECT_THAT(by_site[1], ElementsAre(0.5, 0.5));
}

}  // namespace
}  // namespace mhc
