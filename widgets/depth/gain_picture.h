// Gain against depth of several runs: the picture of a GainProfile, on the screen or for a paper.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <memory>
#include <optional>
#include <vector>

#include "widgets/frame/line_sample.h"
#include "widgets/frame/plot_legend.h"
#include "widgets/measures/site_gain.h"

namespace mhc {

struct RunGains {
  std::vector<SiteGain> forward, backward;  // by site
  QPen pen;
  bool has_band = false;  // the spread over tokens is drawn
  bool operator==(const RunGains&) const = default;
};

// How the lines of a run are drawn, in the picture and in its legend: the dash tells the direction,
// filled and open dots likewise, and their shape the runs whose colour comes again.
LineSample GainLine(const RunGains& gains, bool is_forward);

struct GainContent {
  std::vector<RunGains> runs;  // the last one on top
  std::vector<LegendRow> legend;
  std::vector<LegendColumn> legend_columns;
  std::optional<int> site;
  bool fits_x = true, fits_y = true;  // else the range stays as it is
  QString x_title, y_title;
  bool operator==(const GainContent&) const = default;
};

class GainPicture : public QCustomPlot {
  Q_OBJECT

 public:
  GainPicture(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  // Replots with the next turn of the event loop where something differs.
  void Show(GainContent content);
  // For a paper of that size: the legend stands beside the curves, not on them.
  void MakeRoom(double width, double height);

 private:
  struct Band {
    QCPGraph* low;
    QCPGraph* high;
  };
  struct RunGraphs {
    QCPGraph* forward;
    QCPGraph* backward;
    Band forward_extremes, backward_extremes, forward_deviation, backward_deviation;
  };
  void ApplyLook();
  QCPGraph* MakeGraph();
  Band MakeBand();
  RunGraphs MakeRun();
  void DrawRun(const RunGraphs& graphs, const RunGains& gains);
  void DrawRunBands(const RunGraphs& graphs, const RunGains& gains);
  void DrawBands(const std::vector<SiteGain>& gains, const QColor& color, const Band& deviation,
                 const Band& extremes);
  void FitX();
  void FitY();

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  GainContent content_;
  std::vector<RunGraphs> graphs_;
  QCPItemStraightLine* ideal_;
  QCPItemStraightLine* site_;
  PlotLegend* legend_;
};

}  // namespace mhc
