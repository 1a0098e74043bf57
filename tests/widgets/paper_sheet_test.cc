// A figure on paper: what stands where.
#include "widgets/frame/paper_sheet.h"

#include <gtest/gtest.h>

#include <QImage>
#include <QPainter>

#include "widgets/look/look.h"

namespace mhc {
namespace {

PaperPanel Panel(const QString& title, double from, double to) {
  PaperPanel panel;
  panel.y_title = title;
  panel.y_range = {from, to};
  return panel;
}

// The titles of both panels stand left of the wider labels, however many lines each of them has.
TEST(PaperSheetTest, ATitleOfTwoLinesBesideTheNarrowerLabelsStaysOnThePaper) {
  constexpr double kMargin = 60.0, kWidth = 200.0;
  const Look look(Look::Mode::kLight);
  PaperSheet sheet;
  sheet.x_title = QStringLiteral("site");
  sheet.x_range = {0.0, 3.0};
  sheet.panels = {Panel(QStringLiteral("gain"), 1000.0, 1300.0),
                  Panel(QStringLiteral("gain of the whole composite of all sites"), 1.0, 3.0)};
  const FigureHeights heights = HeightsOf(sheet, look, kWidth);
  QImage paper(static_cast<int>(2.0 * kMargin + kWidth), static_cast<int>(heights.usual),
               QImage::Format_RGB32);
  paper.fill(Qt::white);
  QPainter painter(&paper);
  DrawPaperSheet(painter, sheet, look, QRectF(kMargin, 0.0, kWidth, heights.usual));
  painter.end();
  int inked = 0;
  for (int y = 0; y < paper.height(); ++y) {
    for (int x = 0; x < paper.width(); ++x) {
      const bool is_outside = x < kMargin || x >= kMargin + kWidth;
      if (is_outside && paper.pixelColor(x, y) != QColor(Qt::white)) ++inked;
    }
  }
  EXPECT_EQ(inked, 0);
}

}  // namespace
}  // namespace mhc
