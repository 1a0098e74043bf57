// One panel of lines with bands: in a paper's figure, and on the screen where there is no run.
//
// Thread rule: the window's thread.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QPen>
#include <QRectF>
#include <QString>
#include <optional>
#include <string>
#include <vector>

class QPainter;

namespace mhc {

class Look;
class PlotLegend;

struct PanelLine {
  QString name;  // in the legend; empty: not in it
  QPen pen;
  std::vector<double> x, y;       // a non-finite y breaks the line
  std::vector<double> low, high;  // of a band; empty: none
};

struct LinePanel {
  QString letter;  // "(a)", before the title of the y axis
  QString x_title, y_title;
  std::vector<PanelLine> lines;
  bool is_logarithmic = false;
  std::optional<double> ideal;  // a dotted line at that height
  std::vector<double> seen;     // heights that the axis holds in any case
};

class LinePanelPlot : public QCustomPlot {
  Q_OBJECT

 public:
  LinePanelPlot(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  // Replots with the next turn of the event loop.
  void Show(LinePanel panel);
  // For a paper of that size: the legend stands beside the lines, not on them.
  void MakeRoom(double width, double height);

 private:
  void AddLines();

  const Look& look_;
  const bool is_for_paper_;
  LinePanel panel_;
  QCPItemStraightLine* ideal_;
  PlotLegend* legend_;
};

// Into `area`, with 8 pt type.
void DrawLinePanel(const LinePanel& panel, const Look& look, QPainter& painter, const QRectF& area);

// The panel's numbers as rows of panel, line, x, y, low, high.
void AppendNumbers(const LinePanel& panel, std::vector<std::vector<std::string>>& table);

}  // namespace mhc
