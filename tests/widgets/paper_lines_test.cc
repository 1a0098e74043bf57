#include "widgets/frame/paper_lines.h"

#include <gmock/gmock.h>

#include <QBuffer>
#include <QPainter>
#include <QSvgGenerator>
#include <cmath>

#include "svg_figure.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

const QRectF kInside(0.0, 0.0, 10.0, 10.0);

TEST(CutLine, KeepsWhatIsInsideAndNothingElse) {
  const std::vector<QPolygonF> parts =
      CutLine(QPolygonF({{-5, 5}, {5, 5}, {5, 20}, {8, 20}, {8, 5}}), kInside);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], QPolygonF({{0, 5}, {5, 5}, {5, 10}}));
  EXPECT_EQ(parts[1], QPolygonF(QList<QPointF>{{8, 10}, {8, 5}}));
}

TEST(CutLine, BreaksAtWhatIsNotFinite) {
  EXPECT_EQ(CutLine(QPolygonF({{0, 1}, {1, 1}, {2, NAN}, {3, 1}, {4, 1}}), kInside).size(), 2u);
}

TEST(CutPolygon, StaysInside) {
  const QPolygonF cut = CutPolygon(QPolygonF({{-5, -5}, {15, -5}, {15, 5}, {-5, 5}}), kInside);
  EXPECT_EQ(cut.boundingRect(), QRectF(0, 0, 10, 5));
}

TEST(ThinLine, KeepsEverySpike) {
  QPolygonF line;
  for (int i = 0; i < 100000; ++i)
    line << QPointF(i * 1e-3, i == 777 ? 9.0 : i == 50123 ? -9.0 : 1.0);
  const QPolygonF thin = ThinLine(line, 0.0, 1.0 / 3.0);
  EXPECT_LT(thin.size(), 1300);
  EXPECT_EQ(thin.boundingRect().bottom(), 9.0);
  EXPECT_EQ(thin.boundingRect().top(), -9.0);
}

// The format has no clipping of its own in Qt.
TEST(PaperSheet, DrawsNothingOfALineOutsideItsAxesInSvg) {
  PaperSheet sheet;
  PaperPanel panel;
  PaperLine line;
  line.pen = QPen(Qt::red);
  for (int i = 0; i < 50; ++i) {
    line.x.push_back(i);
    line.y.push_back(std::sin(i));
    line.low.push_back(-3.0);
    line.high.push_back(3.0);
  }
  panel.lines.push_back(line);
  panel.y_title = "height";
  panel.y_range = {-0.5, 0.5};
  sheet.x_title = "step";
  sheet.x_range = {10.0, 30.0};
  sheet.panels.push_back(panel);
  QBuffer buffer;
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(QSize(240, 160));
  generator.setViewBox(QRect(0, 0, 240, 160));
  const Look look(Look::Mode::kLight);
  QPainter painter(&generator);
  DrawPaperSheet(painter, sheet, look, QRectF(0, 0, 240, 160));
  painter.end();
  const SvgFigure figure = ReadSvg(buffer.data());
  const std::vector<QRectF> axes = AxesOf(figure);
  ASSERT_EQ(axes.size(), 1u);
  int drawn = 0;
  for (const SvgLine& part : figure.lines) {
    if (part.color != QColor(Qt::red)) continue;
    ++drawn;
    EXPECT_TRUE(axes[0].adjusted(-0.01, -0.01, 0.01, 0.01).contains(part.Bounds()));
  }
  EXPECT_GT(drawn, 3);
}

}  // namespace
}  // namespace mhc
