// A scalar of several runs against the step, with what happened on the way: the picture of a
// CurvePlot, on the screen or for a paper.
//
// Every number that is drawn is taken anew for the visible steps and the width in pixels, so that
// zooming in shows single steps. Thread rule: the window's thread. Lifetime: borrows the look and,
// from one Show to the next, the runs' series.
#pragma once

#include "widgets/look/custom_plot.h"

#include <memory>
#include <optional>
#include <vector>

#include "widgets/curves/run_curve.h"
#include "widgets/frame/plot_legend.h"
#include "widgets/frame/step_markers.h"

namespace mhc {

struct RunCurveContent {
  CurveSource source;
  QPen pen;
  std::size_t legend_row = 0;  // where there is a legend
};

struct CurveContent {
  std::vector<RunCurveContent> runs;    // the last one on top
  const RunDocument* marked = nullptr;  // whose interventions and alerts are shown
  std::vector<LegendRow> legend;
  std::optional<double> cursor;
  bool logarithmic = false;
  std::optional<double> ideal;        // a quiet line at that value
  bool fits_x = true, fits_y = true;  // else the range stays as it is
  QString x_title, y_title;
};

class CurvePicture : public QCustomPlot {
  Q_OBJECT

 public:
  CurvePicture(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  // Replots with the next turn of the event loop.
  void Show(CurveContent content);
  // For a paper of that size: flags and legend stand beside the curves, not on them.
  void MakeRoom(double width, double height);
  // Lets go of the runs' series: they may end now.
  void Forget() { content_ = {}; }
  // What stands under a place of the widget; empty where there is nothing to say.
  QString DetailsAt(const QPointF& position) const;

 protected:
  bool event(QEvent* event) override;

 private:
  void FitX();
  void FitY();
  void Fill();

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  CurveContent content_;
  std::vector<std::unique_ptr<RunCurve>> curves_;
  QCPItemStraightLine* ideal_;
  StepMarkers* markers_;
  PlotLegend* legend_;
};

}  // namespace mhc
