// A plot's legend inside its axes: a line sample, a name and numbers in columns, where the fewest
// curves are.
//
// Thread rule: the window's thread. Lifetime: owned by its plot; borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "widgets/frame/line_sample.h"

namespace mhc {

class Look;

struct LegendRow {
  QPen pen;  // as the line's own
  QString name;
  QStringList values;     // one a column
  bool strong = false;    // of the current run
  LineDot dot = {};       // of the line
  bool has_band = false;  // around it
  bool operator==(const LegendRow&) const = default;
};

// A column of numbers, with how its curves are drawn.
struct LegendColumn {
  QString name;
  std::optional<LineSample> sample;
  bool operator==(const LegendColumn&) const = default;
};

class PlotLegend : public QCPLayerable {
 public:
  PlotLegend(QCustomPlot& plot, const Look& look);

  // No rows: no legend. Columns without names have no heading.
  void SetRows(std::vector<LegendRow> rows, std::vector<LegendColumn> columns = {});
  // On the screen, where the run table has the same names and colours, a legend without room for
  // its rows keeps its heading alone, or is left out; on paper it never is.
  void SetMayShrink(bool may_shrink) { may_shrink_ = may_shrink; }
  // Of a row, where only the picture knows how wide its line is.
  void SetPen(std::size_t row, const QPen& pen);
  // What the top of the plot is taken for by others, in pixels.
  void SetTaken(double height) { taken_ = height; }
  // Chooses its place again from the curves as they lie now; it stays where it covers none.
  void Place();
  // What it stands on, after Place(): points of curves, and its height.
  bool CoversCurves() const { return covered_ > 0; }
  double Height() const;

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
  void draw(QCPPainter* painter) override;
  QRect clipRect() const override;

 private:
  // Shares of the free room from the right and from the top.
  struct Spot {
    double from_right, from_top;
  };
  bool HasHeading() const;
  bool HasRoom() const;
  // Chooses the spot where it covers the fewest points.
  void FindSpot(const std::vector<QPointF>& points);
  void Measure();
  QRectF Box(const Spot& spot) const;
  void DrawHeading(QCPPainter& painter, double right, double top) const;

  const Look& look_;
  std::vector<LegendRow> rows_;
  std::vector<LegendColumn> columns_;
  std::vector<double> widths_;  // of the columns
  double name_width_ = 0.0, row_height_ = 0.0, taken_ = 0.0;
  Spot spot_ = {0.0, 0.0};
  bool may_shrink_ = false, shows_rows_ = true;
  std::ptrdiff_t covered_ = 0;
};

}  // namespace mhc
