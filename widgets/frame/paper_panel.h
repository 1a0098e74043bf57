// What stands on a figure for a paper: panels of lines that share the axis below, and what their
// legend names. Plain values; lengths are in points (1/72 inch).
#pragma once

#include <QColor>
#include <QImage>
#include <QPen>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <algorithm>
#include <optional>
#include <vector>

#include "widgets/frame/color_scale.h"

namespace mhc {

// How a line or a mark looks in the legend.
struct PaperKey {
  enum class Mark { kLine, kRing, kDisc, kCross, kTriangle, kBand, kNumber };
  QString name;
  QPen pen;
  Mark mark = Mark::kLine;
  int number = 0;  // of kNumber
  bool operator==(const PaperKey&) const = default;
};

struct PaperLine {
  // "mhc, backward" as run and kind; either may be empty, and with both empty it is not named.
  QString run, kind;
  QPen pen;                       // colour and dash; the width is the paper's
  std::vector<double> x, y;       // a non-finite y breaks the line
  std::vector<double> low, high;  // of a band; empty: none
  bool has_dots = false;          // at every point
  bool fits = true;               // the upright axis holds it whole
  int band_opacity = 45;
};

// Values at single places, or marks at the foot (kCross) and the head (kTriangle) of the panel,
// where y is not looked at.
struct PaperMarks {
  PaperKey key;
  std::vector<QPointF> at;
};

// Something that happened: a thin line with a number that the legend explains.
struct PaperChange {
  double x = 0.0;
  QString text;
  bool is_undone = false;
};

struct PaperDot {
  QPointF at;
  QColor color;
};

struct PaperPanel {
  QString y_title;
  std::vector<PaperLine> lines;  // the last one on top
  std::vector<PaperMarks> marks;
  std::vector<PaperChange> changes;
  std::vector<PaperDot> dots;
  // Colours under all lines: a cell a pixel of the image, over an area in the axes' units.
  void SetMap(const QImage& cells, const QRectF& area);
  QImage map;
  QRectF map_area;          // y upward
  bool has_circle = false;  // the unit circle
  bool has_equal_units = false;
  bool is_logarithmic = false;
  bool has_whole_numbers = false;  // on the upright axis
  std::optional<double> ideal;     // a dotted line at that height
  QString ideal_name;
  std::vector<double> seen;                          // heights that the axis holds in any case
  std::optional<std::pair<double, double>> y_range;  // else what the lines ask for
};

inline void PaperPanel::SetMap(const QImage& cells, const QRectF& area) {
  // Cells stay sharp where a reader of the file smooths pictures.
  constexpr int kFewest = 1200;
  map = cells.scaled(cells.width() * (1 + kFewest / std::max(1, cells.width())),
                     cells.height() * (1 + kFewest / std::max(1, cells.height())),
                     Qt::IgnoreAspectRatio, Qt::FastTransformation);
  map_area = area;
}

struct PaperSheet {
  std::vector<PaperPanel> panels;
  QString x_title;
  bool x_has_whole_numbers = true;
  std::optional<std::pair<double, double>> x_range;  // else what the lines ask for
  double x_room = 0.0;                               // beside the first and the last x, in its unit
  std::vector<PaperKey> keys;                        // more of them in the legend, after the lines
  std::optional<ColorScale> colors;                  // a labelled bar
};

}  // namespace mhc
