// Curves against depth on axes of many decades, and how their keys look.
#include "widgets/depth/depth_picture.h"

#include <gmock/gmock.h>

#include <cmath>

#include "widgets/depth/gain_picture.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;

class DepthPictureTest : public testing::Test {
 protected:
  // The range of the y axis of one panel with these curves.
  QCPRange RangeOf(std::vector<DepthCurve> curves, double rounding = 0.0) {
    DepthContent content;
    content.panels.push_back({});
    content.panels[0].curves = std::move(curves);
    content.panels[0].is_logarithmic_over_decades = true;
    content.panels[0].rounding = rounding;
    picture_.Show(std::move(content));
    return picture_.yAxis->range();
  }
  std::vector<double> ValuesOf(const QCPGraph& graph) const {
    std::vector<double> values;
    for (const QCPGraphData& point : *graph.data()) values.push_back(point.value);
    return values;
  }

  Look look_{Look::Mode::kLight};
  DepthPicture picture_{look_, /*panels=*/1, /*is_for_paper=*/false};
};

TEST_F(DepthPictureTest, ACurveOverSixteenDecadesIsDrawnFromItsFirstPoint) {
  std::vector<double> gains;
  for (int site = 0; site <= 16; ++site) gains.push_back(std::pow(10.0, site));
  const QCPRange range = RangeOf({{gains, {}, {}, QPen()}});
  EXPECT_LT(range.lower, 1.0);
  EXPECT_GT(range.upper, 1e16);
}

TEST_F(DepthPictureTest, ASmallCurveBesideALargeOneIsNoRounding) {
  const QCPRange range = RangeOf({{{1.0, 2.0}, {}, {}, QPen()}, {{1e-19, 1e-20}, {}, {}, QPen()}});
  EXPECT_LT(range.lower, 1e-20);
}

TEST_F(DepthPictureTest, WhatIsLessThanTheRoundingOfItsOwnSiteOpensNoDecades) {
  // σ₁ and σ₂ of maps: 3e-17 of 1 is no number, 1e-4 of 1e12 is one.
  const QCPRange range =
      RangeOf({{{1.0, 1e9, 1e12}, {}, {}, QPen()}, {{3e-17, 1e-2, 1e-2}, {}, {}, QPen()}}, 1e-15);
  EXPECT_GT(range.lower, 1e-4);
  EXPECT_LT(range.lower, 1e-2);
}

TEST_F(DepthPictureTest, ABandThatReachesZeroEndsAtTheFloorOfTheAxis) {
  const DepthCurve curve = CurveWithBand({1.0, 1e4, 1e8}, {0.1, 2e4, 3e8}, QPen());
  const QCPRange range = RangeOf({curve});
  const std::vector<double> low = ValuesOf(*picture_.graph(2));
  ASSERT_EQ(low.size(), 3u);
  EXPECT_DOUBLE_EQ(low[0], 0.9);
  EXPECT_DOUBLE_EQ(low[1], range.lower);
  EXPECT_DOUBLE_EQ(low[2], range.lower);
}

TEST_F(DepthPictureTest, TheKeysOfALegendAreTheLinesOfThePicture) {
  RunGains gains;
  for (int site = 0; site < 4; ++site) {
    gains.forward.push_back({1.0 + site, 0.5, 0.0, 9.0});
    gains.backward.push_back({1.0, 0.5, 0.5, 2.0});
  }
  gains.pen = look_.RunPen(Look::RunColorCount() + 1);  // a colour that comes again
  gains.has_band = true;
  GainContent content;
  content.runs = {gains};
  GainPicture picture(look_, /*is_for_paper=*/false);
  picture.Show(content);
  for (const bool is_forward : {true, false}) {
    const LineSample key = GainLine(gains, is_forward);
    const QCPGraph& line = *picture.graph(is_forward ? 0 : 1);
    EXPECT_EQ(line.pen(), key.pen);
    EXPECT_EQ(line.scatterStyle().shape(), QCPScatterStyle::ssSquare);
    EXPECT_EQ(line.scatterStyle().shape(), key.dot.Style(key.pen, QColor()).shape());
    EXPECT_EQ(line.scatterStyle().size(), key.dot.size);
  }
  EXPECT_EQ(GainLine(gains, true).pen.style(), Qt::SolidLine);
  EXPECT_EQ(GainLine(gains, false).pen.style(), Qt::DashLine);
  EXPECT_TRUE(GainLine(gains, true).has_band);
}

TEST_F(DepthPictureTest, ABandOfGainsThatReachesZeroEndsAtTheFloorOfTheAxisToo) {
  RunGains gains;
  for (const double mean : {1.0, 50.0, 3000.0}) {
    gains.forward.push_back({mean, 2.0 * mean, 0.0, 9.0 * mean});
    gains.backward.push_back({1.0, 0.0, 1.0, 1.0});
  }
  gains.pen = QPen(Qt::black);
  gains.has_band = true;
  GainContent content;
  content.runs = {gains};
  GainPicture picture(look_, /*is_for_paper=*/false);
  picture.resize(400, 300);
  picture.Show(content);
  picture.replot();
  const double floor = picture.yAxis->range().lower;
  for (const int edge : {2, 6}) {  // of the extremes and of the deviation, forward
    EXPECT_THAT(ValuesOf(*picture.graph(edge)), Each(AllOf(Ge(floor), Le(floor)))) << edge;
  }
}

// One pixel row through the middle of a sample.
QImage Drawn(const LineSample& sample) {
  QImage image(40, 15, QImage::Format_ARGB32);
  image.fill(Qt::white);
  QCPPainter painter(&image);
  PaintLineSample(painter, sample, {20.0, 7.0}, Qt::white, 36.0);
  return image;
}

int DarkPixels(const QImage& image, int y) {
  int dark = 0;
  for (int x = 0; x < image.width(); ++x) dark += qGray(image.pixel(x, y)) < 128 ? 1 : 0;
  return dark;
}

TEST(LineSampleTest, IsAsLongThinAndDashedAsItsLine) {
  const LineSample solid{QPen(Qt::black, 1.0), {}, false};
  EXPECT_NEAR(DarkPixels(Drawn(solid), 7), 36, 1);
  EXPECT_EQ(DarkPixels(Drawn(solid), 6), 0) << "a line of one pixel fills one";
  LineSample dashed = solid;
  dashed.pen.setStyle(Qt::DashLine);
  EXPECT_NEAR(DarkPixels(Drawn(dashed), 7), 24, 2) << "four on, two off";
}

TEST(LineSampleTest, HasTheDotsAndTheBandOfItsLine) {
  LineSample sample{QPen(Qt::black, 1.0), {LineDot::Shape::kSquare, 5.0, false}, false};
  EXPECT_GE(DarkPixels(Drawn(sample), 5), 4);
  sample.dot.is_open = true;
  EXPECT_LE(DarkPixels(Drawn(sample), 6), 3) << "an open dot has the surface inside";
  sample.has_band = true;
  EXPECT_LT(qGray(Drawn(sample).pixel(4, 4)), 255);
}

}  // namespace
}  // namespace mhc
