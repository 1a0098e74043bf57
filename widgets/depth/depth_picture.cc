#include "widgets/depth/depth_picture.h"

#include <QHelpEvent>
#include <QVector>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/frame/axis_name.h"
#include "widgets/frame/site_axis.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"

namespace mhc {
namespace {

constexpr QMargins kLeastMargins(44, 6, 16, 22);
constexpr QMargins kLeastMarginsOnPaper(16, 4, 12, 12);
constexpr int kLineHeight = 18;  // of the title and the legend above a panel
constexpr double kBeside = 0.3;
constexpr double kPadding = 0.06;          // of the range
constexpr double kLogarithmicRatio = 100;  // two decades
constexpr double kFromZero = 0.5;  // of the largest value: a lesser smallest one begins at 0
constexpr std::size_t kMostDots = 40;
constexpr double kLine = 1.5, kLineOnPaper = 1.0;  // on paper 0.75 pt
constexpr double kDot = 3.5, kMark = 6.0;
constexpr int kBandOpacity = 36;
constexpr double kWide = 1.3;  // width over height from which panels stand beside one another

constexpr auto kBandLayer = "grid", kLineLayer = "main";

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QVector<QCPGraphData> Points(const std::vector<double>& values, bool is_logarithmic) {
  QVector<QCPGraphData> points;
  for (std::size_t site = 0; site < values.size(); ++site) {
    const bool shows = std::isfinite(values[site]) && (!is_logarithmic || values[site] > 0.0);
    points.append({static_cast<double>(site), shows ? values[site] : kNan});
  }
  return points;
}

double JustBelowTheTop(const QCPAxis& axis) {
  constexpr double kShare = 0.96;
  const QCPRange range = axis.range();
  if (axis.scaleType() == QCPAxis::stLogarithmic) {
    return range.lower * std::pow(range.upper / range.lower, kShare);
  }
  return range.lower + kShare * range.size();
}

struct Limits {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void Add(const std::vector<double>& values) {
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  bool empty() const { return low > high; }
};

Limits LimitsOf(const DepthPanel& panel) {
  Limits limits;
  for (const DepthCurve& curve : panel.curves) {
    for (const std::vector<double>* values : {&curve.values, &curve.low, &curve.high}) {
      limits.Add(*values);
    }
  }
  limits.Add(panel.seen);
  return limits;
}

bool HasNoNegativeValue(const DepthPanel& panel) {
  const auto is_negative = [](double value) { return value < 0.0; };
  return std::none_of(panel.curves.begin(), panel.curves.end(), [&](const DepthCurve& curve) {
    return std::any_of(curve.values.begin(), curve.values.end(), is_negative);
  });
}

double LargestAt(const DepthPanel& panel, std::size_t site) {
  double largest = 0.0;
  for (const DepthCurve& curve : panel.curves) {
    if (site < curve.values.size() && std::isfinite(curve.values[site])) {
      largest = std::max(largest, curve.values[site]);
    }
  }
  return largest;
}

// The smallest value above zero, as far as it is more than rounding.
double SmallestPositive(const DepthPanel& panel, double largest) {
  double smallest = largest;
  for (const DepthCurve& curve : panel.curves) {
    for (std::size_t site = 0; site < curve.values.size(); ++site) {
      const double value = curve.values[site];
      if (value <= 0.0 || value >= smallest) continue;
      if (value > panel.rounding * LargestAt(panel, site)) smallest = value;
    }
  }
  return smallest;
}

}  // namespace

DepthCurve CurveWithBand(const std::vector<double>& values, const std::vector<double>& deviations,
                         const QPen& pen) {
  DepthCurve curve{values, {}, {}, pen};
  for (std::size_t i = 0; i < deviations.size() && i < values.size(); ++i) {
    curve.low.push_back(values[i] - deviations[i]);
    curve.high.push_back(values[i] + deviations[i]);
  }
  return curve;
}

DepthPicture::DepthPicture(const Look& look, int panels, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      legend_(new LegendStrip(*this, look)) {
  if (is_for_paper) setAntialiasedElements(QCP::aeAll);
  panels_.push_back(MakePanel(axisRect()));
  for (int i = 1; i < panels; ++i) {
    auto* rect = new QCPAxisRect(this, /*setupDefaultAxes=*/true);
    plotLayout()->addElement(rect);
    panels_.push_back(MakePanel(rect));
  }
  connect(this, &QCustomPlot::afterLayout, this, &DepthPicture::PlaceLegend);
}

QCPGraph* DepthPicture::MakeGraph(const Panel& panel, const QString& layer_name) {
  QCPGraph* graph =
      addGraph(panel.rect->axis(QCPAxis::atBottom), panel.rect->axis(QCPAxis::atLeft));
  graph->setSelectable(QCP::stNone);
  graph->setAdaptiveSampling(false);
  graph->setAntialiasedFill(is_for_paper_);
  graph->setLayer(layer_name);
  return graph;
}

DepthPicture::Panel DepthPicture::MakePanel(QCPAxisRect* rect) {
  Panel panel{rect,
              {},
              nullptr,
              new QCPItemStraightLine(this),
              new QCPItemStraightLine(this),
              new QCPItemText(this)};
  panel.marks = MakeGraph(panel, QString::fromLatin1(kLineLayer));
  panel.marks->setLineStyle(QCPGraph::lsNone);
  for (QCPItemStraightLine* line : {panel.ideal, panel.cursor}) {
    line->setSelectable(false);
    line->setAntialiased(false);
    line->setClipAxisRect(rect);
    for (QCPItemPosition* point : {line->point1, line->point2}) {
      point->setAxisRect(rect);
      point->setAxes(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
    }
  }
  if (!is_for_paper_) new AxisName(*rect, look_, tr("site"));
  panel.ideal->setLayer(QString::fromLatin1(kBandLayer));
  panel.title->setSelectable(false);
  panel.title->setClipToAxisRect(false);
  panel.title->position->setType(QCPItemPosition::ptAxisRectRatio);
  panel.title->position->setAxisRect(rect);
  panel.title->position->setCoords(0.0, 0.0);
  panel.title->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
  return panel;
}

void DepthPicture::ApplyLook() {
  if (styled_dark_ == look_.dark()) return;
  styled_dark_ = look_.dark();
  StylePlot(*this, look_, is_for_paper_);
  for (const Panel& panel : panels_) {
    MakeSiteAxis(*panel.rect->axis(QCPAxis::atBottom));
    panel.ideal->setPen(QPen(look_.Color(Role::kQuietText), 1.0, Qt::DotLine));
    panel.cursor->setPen(QPen(look_.Color(Role::kAccent), 1.0));
    panel.title->setColor(look_.Color(Role::kQuietText));
    panel.title->setFont(xAxis->tickLabelFont());
    panel.marks->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCross, QPen(look_.Color(Role::kBad), 1.5), {}, kMark));
  }
}

void DepthPicture::Show(DepthContent content) {
  if (styled_dark_ == look_.dark() && content == content_) return;
  content_ = std::move(content);
  ApplyLook();
  for (std::size_t i = 0; i < panels_.size() && i < content_.panels.size(); ++i) {
    ShowPanel(panels_[i], content_.panels[i]);
  }
  std::vector<LegendEntry> entries = content_.legend;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const LineSample sample = SampleOf(content_.panels.front().curves[i]);
    entries[i].pen = sample.pen;
    entries[i].dot = sample.dot;
    entries[i].has_band = sample.has_band;
  }
  legend_->SetEntries(content_.legend_of, std::move(entries));
  replot(QCustomPlot::rpQueuedReplot);
}

// At the right end of the top line; titles of panels have a line of their own.
void DepthPicture::PlaceLegend() {
  const QRect& first = panels_.front().rect->rect();
  double right = first.right();
  for (const Panel& panel : panels_) right = std::max<double>(right, panel.rect->right());
  const double lines = panels_.front().title->text().isEmpty() ? 0.5 : 1.5;
  legend_->SetPlace(first.top() - lines * kLineHeight, first.left(), right);
}

void DepthPicture::ShowPanel(Panel& panel, const DepthPanel& content) {
  QCPAxis& x = *panel.rect->axis(QCPAxis::atBottom);
  QCPAxis& y = *panel.rect->axis(QCPAxis::atLeft);
  QMargins margins = is_for_paper_ ? kLeastMarginsOnPaper : kLeastMargins;
  const bool has_title = !is_for_paper_ && !content.title.isEmpty();
  // A legend stands above the first panel, and above those beside it.
  const int lines = (has_title ? 1 : 0) + (content_.legend.empty() ? 0 : 1);
  margins.setTop(std::max(margins.top(), lines * kLineHeight));
  panel.rect->setMinimumMargins(margins);
  panel.title->setText(has_title ? content.title : QString());
  x.setLabel(is_for_paper_ ? content_.x_title : QString());
  y.setLabel(is_for_paper_ ? content.title : QString());

  FitY(panel, content);
  while (panel.curves.size() < content.curves.size()) panel.curves.push_back(MakeCurve(panel));
  std::size_t sites = 0;
  QVector<QCPGraphData> marks;
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const DepthCurve curve = i < content.curves.size() ? content.curves[i] : DepthCurve();
    ShowCurve(panel.curves[i], curve, y.scaleType() == QCPAxis::stLogarithmic);
    sites = std::max(sites, curve.values.size());
    for (std::size_t site = 0; site < curve.values.size(); ++site) {
      if (std::isfinite(curve.values[site])) continue;
      marks.append({static_cast<double>(site), JustBelowTheTop(y)});
    }
  }
  panel.marks->data()->set(marks, false);
  SetSiteRange(x, static_cast<int>(sites), kBeside);

  panel.ideal->setVisible(content.ideal.has_value());
  panel.ideal->point1->setCoords(0.0, content.ideal.value_or(1.0));
  panel.ideal->point2->setCoords(1.0, content.ideal.value_or(1.0));
  panel.cursor->setVisible(content_.cursor.has_value());
  panel.cursor->point1->setCoords(content_.cursor.value_or(0), y.range().lower);
  panel.cursor->point2->setCoords(content_.cursor.value_or(0), y.range().upper);
}

DepthPicture::Curve DepthPicture::MakeCurve(const Panel& panel) {
  const QString bands = QString::fromLatin1(kBandLayer), lines = QString::fromLatin1(kLineLayer);
  const Curve curve{MakeGraph(panel, lines), MakeGraph(panel, bands), MakeGraph(panel, bands)};
  for (QCPGraph* edge : {curve.low, curve.high}) edge->setPen(Qt::NoPen);
  curve.high->setChannelFillGraph(curve.low);
  return curve;
}

LineSample DepthPicture::SampleOf(const DepthCurve& curve) const {
  LineSample sample{curve.pen, {}, !curve.high.empty()};
  sample.pen.setWidthF(is_for_paper_ ? kLineOnPaper : kLine);
  if (curve.values.size() <= kMostDots) sample.dot = {LineDot::Shape::kCircle, kDot};
  return sample;
}

void DepthPicture::ShowCurve(const Curve& graphs, const DepthCurve& curve, bool is_logarithmic) {
  const LineSample sample = SampleOf(curve);
  graphs.line->setPen(sample.pen);
  graphs.line->data()->set(Points(curve.values, is_logarithmic), true);
  graphs.line->setScatterStyle(sample.dot.Style(sample.pen, look_.Color(Role::kSurface)));
  QColor faint = sample.pen.color();
  faint.setAlpha(kBandOpacity);
  graphs.high->setBrush(faint);
  std::vector<double> low = curve.low;
  if (is_logarithmic) {
    // A band that reaches to zero ends where the axis does.
    const double floor = graphs.low->valueAxis()->range().lower;
    for (double& value : low) value = std::max(value, floor);
  }
  graphs.low->data()->set(Points(low, is_logarithmic), true);
  graphs.high->data()->set(Points(curve.high, is_logarithmic), true);
}

void DepthPicture::FitY(const Panel& panel, const DepthPanel& content) {
  QCPAxis& axis = *panel.rect->axis(QCPAxis::atLeft);
  Limits limits = LimitsOf(content);
  if (limits.empty()) limits = {0.0, 1.0};
  const double smallest = SmallestPositive(content, limits.high);
  // A deviation that is larger than its mean makes no value negative.
  const bool is_logarithmic = content.is_logarithmic_over_decades && HasNoNegativeValue(content) &&
                              limits.high > kLogarithmicRatio * smallest;
  const bool was_logarithmic = axis.scaleType() == QCPAxis::stLogarithmic;
  if (is_logarithmic != was_logarithmic) SetLogarithmic(axis, is_logarithmic);
  if (is_logarithmic) {
    const double padding = std::pow(limits.high / smallest, kPadding);
    axis.setRange(smallest / padding, limits.high * padding);
    return;
  }
  if (limits.low >= 0.0 && limits.low < kFromZero * limits.high) limits.low = 0.0;
  double padding = kPadding * (limits.high - limits.low);
  if (padding == 0.0) padding = limits.high == 0.0 ? 1.0 : kPadding * std::abs(limits.high);
  axis.setRange(limits.low == 0.0 ? 0.0 : limits.low - padding, limits.high + padding);
}

void DepthPicture::Arrange(double width, double height) {
  const bool is_wide = width > kWide * height;
  plotLayout()->setWrap(is_wide ? 0 : 1);
  plotLayout()->setFillOrder(QCPLayoutGrid::foColumnsFirst, /*rearrange=*/true);
  plotLayout()->simplify();
}

void DepthPicture::resizeEvent(QResizeEvent* event) {
  if (panels_.size() > 1) Arrange(width(), height());
  QCustomPlot::resizeEvent(event);
}

std::optional<int> DepthPicture::SiteAt(const QPoint& position) const {
  for (std::size_t i = 0; i < panels_.size() && i < content_.panels.size(); ++i) {
    if (!panels_[i].rect->rect().contains(position) || content_.panels[i].curves.empty()) continue;
    const double x = panels_[i].rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const auto last = static_cast<int>(content_.panels[i].curves.front().values.size()) - 1;
    return std::clamp(static_cast<int>(std::lround(x)), 0, std::max(last, 0));
  }
  return std::nullopt;
}

void DepthPicture::mouseReleaseEvent(QMouseEvent* event) {
  QCustomPlot::mouseReleaseEvent(event);
  const std::optional<int> site = SiteAt(event->pos());
  if (site && event->button() == Qt::LeftButton) Q_EMIT siteChosen(*site);
}

bool DepthPicture::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<int> site = SiteAt(help->pos())) {
      Q_EMIT pointedAt(*site, help->globalPos());
      return true;
    }
  }
  return QCustomPlot::event(event);
}

}  // namespace mhc
