#include "widgets/figures/line_panel.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/number_text.h"
#include "widgets/frame/axis_room.h"
#include "widgets/frame/plot_legend.h"
#include "widgets/frame/plot_picture.h"
#include "widgets/frame/step_axis.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"

namespace mhc {
namespace {

constexpr QMargins kLeastMarginsOnPaper(16, 6, 10, 12), kLeastMargins(52, 6, 16, 30);
constexpr double kPadding = 0.05;  // of the range
constexpr double kLegendGap = 16.0;
constexpr int kBandOpacity = 45;
constexpr std::size_t kMostPoints = 1500;  // of a line: more than a page can tell apart

QVector<QCPGraphData> Points(const PanelLine& line, const std::vector<double>& y,
                             bool is_logarithmic) {
  QVector<QCPGraphData> points;
  const std::size_t stride = std::max<std::size_t>(1, y.size() / kMostPoints);
  for (std::size_t i = 0; i < y.size(); i += stride) {
    const bool shows = std::isfinite(y[i]) && (!is_logarithmic || y[i] > 0.0);
    points.append({line.x[i], shows ? y[i] : std::numeric_limits<double>::quiet_NaN()});
  }
  return points;
}

QCPGraph* AddLine(QCustomPlot& plot, const QVector<QCPGraphData>& points, const QPen& pen) {
  QCPGraph* graph = plot.addGraph();
  graph->setAdaptiveSampling(false);
  graph->data()->set(points, true);
  graph->setPen(pen);
  return graph;
}

// On a logarithmic axis a band that reaches to zero ends where the axis does.
void AddBand(QCustomPlot& plot, const PanelLine& line, bool is_logarithmic) {
  if (line.low.empty()) return;
  std::vector<double> lowest = line.low;
  const double floor = plot.yAxis->range().lower;
  for (double& value : lowest) {
    if (is_logarithmic && value < floor) value = floor;
  }
  QCPGraph* low = AddLine(plot, Points(line, lowest, is_logarithmic), Qt::NoPen);
  QCPGraph* high = AddLine(plot, Points(line, line.high, is_logarithmic), Qt::NoPen);
  QColor faint = line.pen.color();
  faint.setAlpha(kBandOpacity);
  high->setBrush(faint);
  high->setChannelFillGraph(low);
}

struct Limits {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void Add(double value, bool is_logarithmic) {
    if (!std::isfinite(value) || (is_logarithmic && value <= 0.0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

QCPRange RangeOf(const LinePanel& panel) {
  Limits limits;
  for (const PanelLine& line : panel.lines) {
    for (const std::vector<double>* values : {&line.y, &line.low, &line.high}) {
      for (const double value : *values) limits.Add(value, panel.is_logarithmic);
    }
  }
  for (const double value : panel.seen) limits.Add(value, panel.is_logarithmic);
  if (limits.low > limits.high) return panel.is_logarithmic ? QCPRange(0.1, 10.0) : QCPRange(0, 1);
  if (panel.is_logarithmic) {
    const double padding = std::pow(std::max(limits.high / limits.low, 1.01), kPadding);
    return {limits.low / padding, limits.high * padding};
  }
  const double padding = kPadding * std::max(limits.high - limits.low, 1e-9);
  return {limits.low - padding, limits.high + padding};
}

QCPRange StepRange(const LinePanel& panel) {
  Limits limits;
  for (const PanelLine& line : panel.lines) {
    for (const double x : line.x) limits.Add(x, false);
  }
  return limits.low > limits.high ? QCPRange(0, 1) : QCPRange(limits.low, limits.high);
}

}  // namespace

LinePanelPlot::LinePanelPlot(const Look& look, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      ideal_(new QCPItemStraightLine(this)),
      legend_(new PlotLegend(*this, look)) {
  axisRect()->setMinimumMargins(is_for_paper ? kLeastMarginsOnPaper : kLeastMargins);
  setAntialiasedElements(QCP::aeAll);
  ideal_->setSelectable(false);
  legend_->SetMayShrink(!is_for_paper);
  MakeStepAxis(*xAxis);
  connect(this, &QCustomPlot::afterLayout, this, [this] {
    if (!is_for_paper_) FitTicks(*yAxis);
    legend_->Place();
  });
}

void LinePanelPlot::Show(LinePanel panel) {
  panel_ = std::move(panel);
  StylePlot(*this, look_, is_for_paper_);
  SetLogarithmic(*yAxis, panel_.is_logarithmic);
  xAxis->setLabel(panel_.x_title);
  yAxis->setLabel(panel_.letter.isEmpty()
                      ? panel_.y_title
                      : QStringLiteral("%1 %2").arg(panel_.letter, panel_.y_title));
  xAxis->setRange(StepRange(panel_));
  yAxis->setRange(RangeOf(panel_));
  clearGraphs();
  AddLines();
  ideal_->setVisible(panel_.ideal.has_value());
  ideal_->setPen(QPen(look_.Color(Role::kQuietText), 1.0, Qt::DotLine));
  ideal_->point1->setCoords(0.0, panel_.ideal.value_or(1.0));
  ideal_->point2->setCoords(1.0, panel_.ideal.value_or(1.0));
  replot(QCustomPlot::rpQueuedReplot);
}

void LinePanelPlot::AddLines() {
  std::vector<LegendRow> rows;
  for (const PanelLine& line : panel_.lines) AddBand(*this, line, panel_.is_logarithmic);
  for (const PanelLine& line : panel_.lines) {
    AddLine(*this, Points(line, line.y, panel_.is_logarithmic), line.pen);
    if (line.name.isEmpty()) continue;
    LegendRow row;
    row.pen = line.pen;
    row.name = line.name;
    rows.push_back(row);
  }
  legend_->SetRows(rows.size() > 1 || is_for_paper_ ? std::move(rows) : std::vector<LegendRow>());
}

void LinePanelPlot::MakeRoom(double width, double height) {
  setViewport(QRectF(0.0, 0.0, width, height).toRect());
  replot();
  const double below = legend_->CoversCurves() ? legend_->Height() + kLegendGap : 0.0;
  LeaveRoom(*yAxis, axisRect()->height(), 0.0, below);
}

void DrawLinePanel(const LinePanel& panel, const Look& look, QPainter& painter,
                   const QRectF& area) {
  LinePanelPlot plot(look, /*is_for_paper=*/true);
  plot.Show(panel);
  plot.MakeRoom(area.width(), area.height());
  painter.save();
  painter.translate(area.topLeft());
  DrawPlot(plot, painter, area.width(), area.height());
  painter.restore();
}

void AppendNumbers(const LinePanel& panel, std::vector<std::vector<std::string>>& table) {
  for (const PanelLine& line : panel.lines) {
    for (std::size_t i = 0; i < line.x.size(); ++i) {
      const auto of = [i](const std::vector<double>& values) {
        return values.empty() ? std::string() : NumberText(values[i]);
      };
      table.push_back({panel.y_title.toStdString(), line.name.toStdString(), NumberText(line.x[i]),
                       of(line.y), of(line.low), of(line.high)});
    }
  }
}

}  // namespace mhc
