#include "widgets/depth/depth_sheet.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "widgets/look/look.h"

namespace mhc {
namespace {

// As the axes of all figures begin, unless with a symbol: "Scales α" as "scales α", "RMS" as it is.
QString InASentence(const QString& title) {
  const bool is_word = title.size() > 1 && title[0].isUpper() && title[1].isLower();
  return is_word ? title[0].toLower() + title.mid(1) : title;
}

constexpr std::size_t kMostCurveDots = 40;
constexpr double kBesideLines = 0.3;  // of a site, beside the first and the last
constexpr double kDecades = 100;      // two decades

// Where every value is above zero and they span more than two decades.
bool IsLogarithmic(const DepthPanel& panel) {
  double low = INFINITY, high = 0.0;
  for (const DepthCurve& curve : panel.curves) {
    for (const double value : curve.values) {
      if (value < 0.0) return false;
      if (!std::isfinite(value) || value == 0.0) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return panel.is_logarithmic_over_decades && high > kDecades * low;
}

PaperMarks NonFinite(const DepthPanel& panel, const QColor& color) {
  PaperMarks marks{{QObject::tr("not finite"), QPen(color), PaperKey::Mark::kCross}, {}};
  for (const DepthCurve& curve : panel.curves) {
    for (std::size_t site = 0; site < curve.values.size(); ++site) {
      if (std::isfinite(curve.values[site])) continue;
      marks.at.emplace_back(static_cast<double>(site), curve.values[site]);
    }
  }
  return marks;
}

}  // namespace

PaperSheet SheetOf(const DepthContent& content, const Look& look) {
  PaperSheet sheet;
  sheet.x_title = content.x_title;
  sheet.x_room = kBesideLines;
  for (const DepthPanel& source : content.panels) {
    PaperPanel panel;
    panel.y_title = InASentence(source.title);
    panel.is_logarithmic = IsLogarithmic(source);
    panel.ideal = source.ideal;
    panel.ideal_name = QObject::tr("ideal");
    panel.seen = source.seen;
    for (std::size_t i = 0; i < source.curves.size(); ++i) {
      const DepthCurve& curve = source.curves[i];
      PaperLine line;
      if (i < content.legend.size()) {
        const QString& name = content.legend[i].name;
        line.kind = content.legend_of.isEmpty() ? name : content.legend_of + ' ' + name;
      }
      if (line.kind.isEmpty() && source.ideal) line.kind = QObject::tr("measured");
      line.pen = curve.pen;
      line.y = curve.values;
      line.low = curve.low;
      line.high = curve.high;
      for (std::size_t site = 0; site < curve.values.size(); ++site) {
        line.x.push_back(static_cast<double>(site));
      }
      line.has_dots = curve.values.size() <= kMostCurveDots;
      panel.lines.push_back(std::move(line));
    }
    panel.marks.push_back(NonFinite(source, look.Color(Role::kBad)));
    sheet.panels.push_back(std::move(panel));
  }
  return sheet;
}

PaperSheet MatrixSheet(const MatrixContent& matrix, const QString& x_title, const QString& y_title,
                       const Look& look) {
  PaperPanel panel;
  QImage cells(matrix.size, matrix.size, QImage::Format_RGB32);
  for (int row = 0; row < matrix.size; ++row) {
    for (int column = 0; column < matrix.size; ++column) {
      const QColor color = matrix.scale.ColorOf(matrix.Entry(row, column), look);
      cells.setPixelColor(column, matrix.size - 1 - row, color);
    }
  }
  const double end = matrix.size - 0.5;
  panel.SetMap(cells, QRectF(QPointF(-0.5, -0.5), QPointF(end, end)));
  panel.y_title = y_title;
  panel.has_whole_numbers = true;
  panel.y_range = {-0.5, end};
  PaperSheet sheet;
  sheet.x_title = x_title;
  sheet.x_range = panel.y_range;
  sheet.colors = matrix.scale;
  sheet.panels.push_back(std::move(panel));
  return sheet;
}

}  // namespace mhc
