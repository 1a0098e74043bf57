// A figure's SVG as what stands on the page: texts with the room that their ink takes, and lines.
// Lengths are in points, as the figure was asked for.
#pragma once

#include <QByteArray>
#include <QColor>
#include <QLineF>
#include <QPolygonF>
#include <QRectF>
#include <QString>
#include <QStringList>
#include <vector>

namespace mhc {

struct SvgText {
  QString text, family;
  double size = 0.0;
  bool is_upright = false;  // turned by a quarter
  QRectF ink;
};

struct SvgLine {
  QColor color;
  double opacity = 1.0, width = 1.0;
  QString dashes;
  QPolygonF points;
  QRectF Bounds() const { return points.boundingRect(); }
};

struct SvgFigure {
  double width_mm = 0.0, height_mm = 0.0;
  QRectF page;
  std::vector<SvgText> texts;
  std::vector<SvgLine> lines;  // polylines alone
};

SvgFigure ReadSvg(const QByteArray& bytes);

// The inside of each pair of axes: an upright line and the level one at its foot.
std::vector<QRectF> AxesOf(const SvgFigure& figure);

// A sentence for each text that is shortened or leaves the page, lies over another one or is
// crossed by a line, for each kind of line inside axes that no sample of the legend shows, and for
// axes with fewer than three or more than five numbers (two where there are no more whole ones).
QStringList FaultsOf(const SvgFigure& figure);

}  // namespace mhc
