#include "widgets/depth/gain_picture.h"

#include <QVector>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/frame/axis_name.h"
#include "widgets/frame/axis_room.h"
#include "widgets/frame/site_axis.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"

namespace mhc {
namespace {

constexpr QMargins kGainMargins(44, 6, 20, 22);
constexpr QMargins kGainMarginsOnPaper(16, 4, 18, 12);
// Always seen around the ideal gain, so that a gain that is nearly 1 looks it.
constexpr double kLeastLow = 0.8, kLeastHigh = 1.25;
constexpr double kGainPadding = 0.04;  // of the range in decades
constexpr double kBesideSites = 0.3;   // of a site, beside the first and the last
constexpr std::size_t kMostGainDots = 40;
constexpr double kGainDot = 4.0;
constexpr double kLineShare = 1.5;  // of a run's pen
constexpr int kDeviationOpacity = 45, kExtremesOpacity = 22;

// A value that a logarithmic axis can show, else a break in the line.
double OnAxis(double value) {
  return std::isfinite(value) && value > 0.0 ? value : std::numeric_limits<double>::quiet_NaN();
}

QVector<QCPGraphData> MeanLine(const std::vector<SiteGain>& gains) {
  QVector<QCPGraphData> line;
  for (std::size_t site = 0; site < gains.size(); ++site) {
    line.append({static_cast<double>(site), OnAxis(gains[site].mean)});
  }
  return line;
}

LineDot::Shape ShapeOf(Qt::PenStyle dash) {
  switch (dash) {
    case Qt::DashLine:
      return LineDot::Shape::kSquare;
    case Qt::DotLine:
      return LineDot::Shape::kDiamond;
    case Qt::DashDotLine:
      return LineDot::Shape::kTriangle;
    default:
      return LineDot::Shape::kCircle;
  }
}

struct GainLimits {
  double low = kLeastLow, high = kLeastHigh;
  void Add(double value) {
    if (!std::isfinite(value) || value <= 0.0) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

constexpr double kLegendGap = 20.0;  // around a legend below the curves, in pixels

}  // namespace

LineSample GainLine(const RunGains& gains, bool is_forward) {
  LineSample line{gains.pen, {}, gains.has_band};
  line.pen.setWidthF(kLineShare * gains.pen.widthF());
  line.pen.setStyle(is_forward ? Qt::SolidLine : Qt::DashLine);
  const LineDot::Shape shape = ShapeOf(gains.pen.style());
  // Without them a colour that comes again would be two runs'.
  const bool has_dots = gains.forward.size() <= kMostGainDots || shape != LineDot::Shape::kCircle;
  if (has_dots) line.dot = {shape, kGainDot, !is_forward};
  return line;
}

GainPicture::GainPicture(const Look& look, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      ideal_(new QCPItemStraightLine(this)),
      site_(new QCPItemStraightLine(this)),
      legend_(new PlotLegend(*this, look)) {
  legend_->SetMayShrink(!is_for_paper);
  axisRect()->setMinimumMargins(is_for_paper ? kGainMarginsOnPaper : kGainMargins);
  if (is_for_paper) setAntialiasedElements(QCP::aeAll);
  if (!is_for_paper) new AxisName(*axisRect(), look, tr("site"));
  SetLogarithmic(*yAxis, true);
  for (QCPItemStraightLine* line : {ideal_, site_}) {
    line->setSelectable(false);
    line->setAntialiased(false);
  }
  ideal_->setLayer(QStringLiteral("grid"));
  ideal_->point1->setCoords(0.0, 1.0);
  ideal_->point2->setCoords(1.0, 1.0);
  connect(this, &QCustomPlot::afterLayout, this, [this] {
    FitTicks(*yAxis);
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
      DrawRunBands(graphs_[i], i < content_.runs.size() ? content_.runs[i] : RunGains());
    }
    legend_->Place();
  });
}

QCPGraph* GainPicture::MakeGraph() {
  QCPGraph* graph = addGraph();
  graph->setSelectable(QCP::stNone);
  graph->setAdaptiveSampling(false);
  return graph;
}

GainPicture::Band GainPicture::MakeBand() {
  const Band band{MakeGraph(), MakeGraph()};
  for (QCPGraph* edge : {band.low, band.high}) {
    edge->setPen(Qt::NoPen);
    edge->setLayer(QStringLiteral("grid"));  // below all lines
  }
  band.high->setChannelFillGraph(band.low);
  return band;
}

GainPicture::RunGraphs GainPicture::MakeRun() {
  return {MakeGraph(), MakeGraph(), MakeBand(), MakeBand(), MakeBand(), MakeBand()};
}

void GainPicture::ApplyLook() {
  if (styled_dark_ == look_.dark()) return;
  styled_dark_ = look_.dark();
  StylePlot(*this, look_, is_for_paper_);
  MakeSiteAxis(*xAxis);
  ideal_->setPen(QPen(look_.Color(Role::kQuietText), 1.0, Qt::DotLine));
  site_->setPen(QPen(look_.Color(Role::kAccent), 1.0));
}

void GainPicture::Show(GainContent content) {
  if (styled_dark_ == look_.dark() && content == content_) return;
  content_ = std::move(content);
  ApplyLook();
  xAxis->setLabel(content_.x_title);
  yAxis->setLabel(content_.y_title);
  while (graphs_.size() < content_.runs.size()) graphs_.push_back(MakeRun());
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    DrawRun(graphs_[i], i < content_.runs.size() ? content_.runs[i] : RunGains());
  }
  site_->setVisible(content_.site.has_value());
  if (content_.site) {
    site_->point1->setCoords(*content_.site, 1.0);
    site_->point2->setCoords(*content_.site, 2.0);
  }
  legend_->SetRows(content_.legend, content_.legend_columns);
  if (content_.fits_x) FitX();
  if (content_.fits_y) FitY();
  replot(QCustomPlot::rpQueuedReplot);
}

void GainPicture::MakeRoom(double width, double height) {
  if (!content_.fits_y) return;
  setViewport(QRectF(0.0, 0.0, width, height).toRect());
  replot();
  if (legend_->CoversCurves()) {
    LeaveRoom(*yAxis, axisRect()->height(), 0.0, legend_->Height() + kLegendGap);
  }
}

void GainPicture::DrawRun(const RunGraphs& graphs, const RunGains& gains) {
  graphs.forward->data()->set(MeanLine(gains.forward), true);
  graphs.backward->data()->set(MeanLine(gains.backward), true);
  for (QCPGraph* graph : {graphs.forward, graphs.backward}) {
    const LineSample line = GainLine(gains, graph == graphs.forward);
    graph->setPen(line.pen);
    graph->setScatterStyle(line.dot.Style(line.pen, look_.Color(Role::kSurface)));
  }
}

void GainPicture::DrawRunBands(const RunGraphs& graphs, const RunGains& gains) {
  const std::vector<SiteGain> none;
  const QColor color = gains.pen.color();
  DrawBands(gains.has_band ? gains.forward : none, color, graphs.forward_deviation,
            graphs.forward_extremes);
  DrawBands(gains.has_band ? gains.backward : none, color, graphs.backward_deviation,
            graphs.backward_extremes);
}

// Of the axis as it is laid out: a band that reaches to zero, which a logarithmic axis has not,
// ends where the axis does.
void GainPicture::DrawBands(const std::vector<SiteGain>& gains, const QColor& color,
                            const Band& deviation, const Band& extremes) {
  const double floor = yAxis->range().lower;
  const auto fill = [&](const Band& band, int opacity, auto low, auto high) {
    QVector<QCPGraphData> lower, upper;
    for (std::size_t site = 0; site < gains.size(); ++site) {
      const double lowest = low(gains[site]);
      lower.append({static_cast<double>(site), OnAxis(lowest < floor ? floor : lowest)});
      upper.append({static_cast<double>(site), OnAxis(high(gains[site]))});
    }
    QColor faint = color;
    faint.setAlpha(opacity);
    band.high->setBrush(faint);
    band.low->data()->set(lower, true);
    band.high->data()->set(upper, true);
  };
  fill(
      extremes, kExtremesOpacity, [](const SiteGain& gain) { return gain.minimum; },
      [](const SiteGain& gain) { return gain.maximum; });
  fill(
      deviation, kDeviationOpacity,
      [](const SiteGain& gain) { return std::max(gain.mean - gain.deviation, gain.minimum); },
      [](const SiteGain& gain) { return std::min(gain.mean + gain.deviation, gain.maximum); });
}

void GainPicture::FitX() {
  std::size_t sites = 1;
  for (const RunGains& run : content_.runs) sites = std::max(sites, run.forward.size());
  xAxis->setRange(-kBesideSites, static_cast<double>(sites) - 1.0 + kBesideSites);
}

void GainPicture::FitY() {
  GainLimits limits;
  for (const RunGains& run : content_.runs) {
    for (const std::vector<SiteGain>* gains : {&run.forward, &run.backward}) {
      for (const SiteGain& gain : *gains) {
        limits.Add(gain.mean);
        if (!run.has_band) continue;
        limits.Add(gain.minimum);
        limits.Add(gain.maximum);
      }
    }
  }
  const double padding = std::pow(limits.high / limits.low, kGainPadding);
  const bool is_least = limits.low == kLeastLow && limits.high == kLeastHigh;
  yAxis->setRange(is_least ? limits.low : limits.low / padding,
                  is_least ? limits.high : limits.high * padding);
}

}  // namespace mhc
