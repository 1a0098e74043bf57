// Curves against depth, in one or two panels: the picture of views whose x axis is the site, on the
// screen or for a paper.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QString>
#include <optional>
#include <vector>

#include "widgets/frame/legend_strip.h"
#include "widgets/frame/line_sample.h"

namespace mhc {

// One value a site (or a position between sites); non-finite ones break the line and are marked.
struct DepthCurve {
  std::vector<double> values;
  std::vector<double> low, high;  // of a band around it; empty: none
  QPen pen;
  bool operator==(const DepthCurve&) const = default;
};

// With the band ± deviation; with none where `deviations` is empty.
DepthCurve CurveWithBand(const std::vector<double>& values, const std::vector<double>& deviations,
                         const QPen& pen);

struct DepthPanel {
  QString title;  // above the panel on the screen, beside the axis on paper
  std::vector<DepthCurve> curves;
  std::optional<double> ideal;               // a quiet line at that value
  std::vector<double> seen;                  // values that the axis holds in any case
  bool is_logarithmic_over_decades = false;  // where the values span more than two decades
  // Of the largest value at the same site: what is less is rounding, where the curves are of one
  // matrix. 0: every value stands for itself.
  double rounding = 0.0;
  bool operator==(const DepthPanel&) const = default;
};

struct DepthContent {
  std::vector<DepthPanel> panels;   // as many as the picture was made for
  QString x_title;                  // on paper
  std::optional<int> cursor;        // a line at that site
  QString legend_of;                // what the legend's entries are: "stream"
  std::vector<LegendEntry> legend;  // of the first panel's curves, in their order
  bool operator==(const DepthContent&) const = default;
};

class DepthPicture : public QCustomPlot {
  Q_OBJECT

 public:
  DepthPicture(const Look& look, int panels, bool is_for_paper, QWidget* parent = nullptr);

  // Replots with the next turn of the event loop where something differs.
  void Show(DepthContent content);
  // Panels beside one another where there is room, else above one another.
  void Arrange(double width, double height);

 Q_SIGNALS:
  void siteChosen(int site);               // by a click inside a panel
  void pointedAt(int site, QPoint where);  // the pointer rests inside a panel; `where` is global

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Curve {
    QCPGraph* line;
    QCPGraph* low;  // the edges of its band, below all lines
    QCPGraph* high;
  };
  struct Panel {
    QCPAxisRect* rect;
    std::vector<Curve> curves;
    QCPGraph* marks;  // of non-finite values
    QCPItemStraightLine* ideal;
    QCPItemStraightLine* cursor;
    QCPItemText* title;
  };
  Panel MakePanel(QCPAxisRect* rect);
  QCPGraph* MakeGraph(const Panel& panel, const QString& layer);
  void ApplyLook();
  void ShowPanel(Panel& panel, const DepthPanel& content);
  Curve MakeCurve(const Panel& panel);
  void ShowCurve(const Curve& graphs, const DepthCurve& curve, bool is_logarithmic);
  // How a curve is drawn, on the plot and in the legend.
  LineSample SampleOf(const DepthCurve& curve) const;
  void PlaceLegend();
  void FitY(const Panel& panel, const DepthPanel& content);
  std::optional<int> SiteAt(const QPoint& position) const;

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  DepthContent content_;
  std::vector<Panel> panels_;
  LegendStrip* legend_;
};

}  // namespace mhc
