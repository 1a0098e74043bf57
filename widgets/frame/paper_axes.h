// The axes of one panel on paper: their ranges, ticks and place, and how numbers become points.
//
// Thread rule: the window's thread. Lengths are in points.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QStringList>
#include <utility>

#include "widgets/frame/paper_panel.h"
#include "widgets/frame/paper_ticks.h"

class QPainter;

namespace mhc {

class Look;

using PaperRange = std::pair<double, double>;

// That the lines and marks of a panel ask for.
PaperRange HeightRange(const PaperPanel& panel);
PaperRange WidthRange(const PaperSheet& sheet);

class PaperAxes {
 public:
  PaperAxes(const PaperSheet& sheet, const PaperPanel& panel, PaperRange x_range);

  // Gives the ticks that there is room for. `rect`: inside the axes.
  void Place(const QRectF& rect);
  const QRectF& rect() const { return rect_; }
  double X(double x) const;
  double Y(double y) const;
  bool HasX(double x) const { return x >= x_range_.first && x <= x_range_.second; }
  bool HasY(double y) const { return y >= y_range_.first && y <= y_range_.second; }
  bool is_logarithmic() const { return is_logarithmic_; }

  // The room that labels and titles take outside the rectangle, after Place().
  double LabelsWidth() const;      // of the upright axis' numbers, with their ticks
  QStringList TitleLines() const;  // of the upright axis
  double TitleWidth() const;
  double OverhangRight() const;  // of the last number below
  static double HeightBelow(bool has_labels);

  void DrawGrid(QPainter& painter, const Look& look) const;
  // Axis lines, ticks, numbers and titles; those below where `has_labels`.
  void Draw(QPainter& painter, const Look& look, double labels_width, bool has_labels) const;

 private:
  const PaperSheet& sheet_;
  const PaperPanel& panel_;
  PaperRange x_range_, y_range_;
  bool is_logarithmic_ = false;
  QRectF rect_;
  PaperTicks x_, y_;
};

}  // namespace mhc
