#include "widgets/frame/plot_legend.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kLegendPadding = 6.0;
constexpr double kColumnGap = 8.0;                           // between columns
constexpr double kLegendMargin = 6.0, kBottomMargin = 14.0;  // to the axes
constexpr double kWidestName = 150.0;
constexpr double kStep = 6.0;  // between points at which curves are looked at
// A number as long as most are: the legend keeps its width while numbers change.
constexpr auto kLegendNumber = "0.0000";
// It moves only to where it covers so many points fewer.
constexpr int kWorthMoving = 8;
// More than that of the plot, or more points covered, and the rows are left out where they may be.
constexpr double kLargestHeight = 0.45, kLargestWidth = 0.75;
constexpr int kMostCovered = 16;

// Points on the curves that are drawn, near enough to see where they pass.
std::vector<QPointF> PointsOnCurves(const QCustomPlot& plot) {
  std::vector<QPointF> points;
  for (int i = 0; i < plot.graphCount(); ++i) {
    const QCPGraph& graph = *plot.graph(i);
    if (!graph.visible() || graph.lineStyle() == QCPGraph::lsNone) continue;
    QPointF last(std::nan(""), 0.0);
    for (const QCPGraphData& data : *graph.data()) {
      const QPointF point = graph.coordsToPixels(data.key, data.value);
      if (std::isfinite(last.x()) && std::isfinite(last.y()) && std::isfinite(point.y())) {
        const int parts = std::clamp(static_cast<int>((point.x() - last.x()) / kStep), 1, 200);
        for (int part = 1; part <= parts; ++part) {
          points.push_back(last + (point - last) * part / parts);
        }
      }
      last = point;
    }
  }
  return points;
}

}  // namespace

PlotLegend::PlotLegend(QCustomPlot& plot, const Look& look)
    : QCPLayerable(&plot, QStringLiteral("legend")), look_(look) {}

void PlotLegend::SetRows(std::vector<LegendRow> rows, std::vector<LegendColumn> columns) {
  rows_ = std::move(rows);
  columns_ = std::move(columns);
}

void PlotLegend::SetPen(std::size_t row, const QPen& pen) {
  if (row < rows_.size()) rows_[row].pen = pen;
}

bool PlotLegend::HasHeading() const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [](const LegendColumn& column) { return !column.name.isEmpty(); });
}

void PlotLegend::Measure() {
  QFont strong = mParentPlot->xAxis->tickLabelFont();
  strong.setWeight(QFont::DemiBold);
  const QFontMetricsF metrics(strong);
  row_height_ = std::ceil(metrics.height()) + 1.0;
  name_width_ = 0.0;
  for (const LegendRow& row : rows_) {
    name_width_ = std::max(name_width_, std::ceil(metrics.horizontalAdvance(row.name)) + 1.0);
  }
  name_width_ = std::min(name_width_, kWidestName);
  widths_.clear();
  for (int i = 0; i < static_cast<int>(columns_.size()); ++i) {
    const LegendColumn& column = columns_[static_cast<std::size_t>(i)];
    double width = metrics.horizontalAdvance(kLegendNumber);
    double heading = metrics.horizontalAdvance(column.name);
    if (column.sample) heading += kSampleLength + kColumnGap / 2.0;
    width = std::max(width, heading);
    for (const LegendRow& row : rows_) {
      if (i < row.values.size()) width = std::max(width, metrics.horizontalAdvance(row.values[i]));
    }
    widths_.push_back(std::ceil(width) + 1.0);
  }
}

double PlotLegend::Height() const {
  const double rows = shows_rows_ ? static_cast<double>(rows_.size()) : 0.0;
  return (rows + (HasHeading() ? 1.0 : 0.0)) * row_height_ + kLegendPadding;
}

QRectF PlotLegend::Box(const Spot& spot) const {
  const QCPAxisRect& rect = *mParentPlot->axisRect();
  double width =
      2.0 * kLegendPadding + (shows_rows_ ? kSampleLength + kColumnGap + name_width_ : -kColumnGap);
  for (const double column : widths_) width += kColumnGap + column;
  const double height = Height();
  const double top = rect.top() + std::max(kLegendMargin, taken_ + 1.0);
  const double free_width = rect.width() - 2.0 * kLegendMargin - width;
  const double free_height = rect.bottom() - kBottomMargin - height - top;
  return {std::round(rect.right() - kLegendMargin - width - spot.from_right * free_width),
          std::round(top + spot.from_top * std::max(free_height, 0.0)), width, height};
}

bool PlotLegend::HasRoom() const {
  const QRect rect = mParentPlot->axisRect()->rect();
  const QRectF box = Box(spot_);
  return box.height() <= kLargestHeight * rect.height() &&
         box.width() <= kLargestWidth * rect.width();
}

void PlotLegend::Place() {
  covered_ = 0;
  shows_rows_ = true;
  if (rows_.empty()) return;
  Measure();
  const std::vector<QPointF> points = PointsOnCurves(*mParentPlot);
  FindSpot(points);
  if (!may_shrink_ || (HasRoom() && covered_ <= kMostCovered)) return;
  shows_rows_ = false;
  if (HasHeading()) FindSpot(points);
}

void PlotLegend::FindSpot(const std::vector<QPointF>& points) {
  const auto covered = [&](const Spot& spot) {
    const QRectF box = Box(spot);
    return std::count_if(points.begin(), points.end(),
                         [&](const QPointF& point) { return box.contains(point); });
  };
  const auto here = covered(spot_);
  covered_ = here;
  if (here == 0) return;
  Spot best = spot_;
  auto fewest = here;
  for (const double from_right : {0.0, 1.0, 0.5}) {
    for (const double from_top : {0.0, 1.0, 0.5, 0.25, 0.75}) {
      const Spot spot{from_right, from_top};
      if (const auto count = covered(spot); count < fewest) {
        fewest = count;
        best = spot;
      }
    }
  }
  if (fewest + kWorthMoving > here && fewest > 0) return;
  spot_ = best;
  covered_ = fewest;
}

void PlotLegend::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  applyAntialiasingHint(painter, false, QCP::aeLegend);
}

QRect PlotLegend::clipRect() const { return mParentPlot->axisRect()->rect(); }

void PlotLegend::draw(QCPPainter* painter) {
  if (rows_.empty() || (!shows_rows_ && !HasHeading())) return;
  const QRectF box = Box(spot_);
  QColor background = look_.Color(Role::kSurface);
  background.setAlpha(220);
  painter->setPen(Qt::NoPen);
  painter->setBrush(background);
  painter->drawRect(box);
  double top = box.top() + kLegendPadding / 2.0;
  if (HasHeading()) {
    DrawHeading(*painter, box.right() - kLegendPadding, top);
    top += row_height_;
  }
  if (!shows_rows_) return;
  QFont font = mParentPlot->xAxis->tickLabelFont();
  for (const LegendRow& row : rows_) {
    font.setWeight(row.strong ? QFont::DemiBold : QFont::Normal);
    painter->setFont(font);
    const double left = box.left() + kLegendPadding;
    PaintLineSample(*painter, {row.pen, row.dot, row.has_band},
                    {left + kSampleLength / 2.0, top + row_height_ / 2.0},
                    look_.Color(Role::kSurface));
    painter->setPen(look_.Color(Role::kText));
    const QString name =
        QFontMetricsF(font).elidedText(row.name, Qt::ElideMiddle, name_width_ + 1.0);
    painter->drawText(
        QRectF(left + kSampleLength + kColumnGap, top, name_width_ + 2.0, row_height_),
        Qt::AlignLeft | Qt::AlignVCenter, name);
    double right = box.right() - kLegendPadding;
    for (auto i = static_cast<int>(widths_.size()) - 1; i >= 0; --i) {
      const double width = widths_[static_cast<std::size_t>(i)];
      if (i < row.values.size()) {
        painter->drawText(QRectF(right - width, top, width, row_height_),
                          Qt::AlignRight | Qt::AlignVCenter, row.values[i]);
      }
      right -= width + kColumnGap;
    }
    top += row_height_;
  }
}

void PlotLegend::DrawHeading(QCPPainter& painter, double right, double top) const {
  painter.setFont(mParentPlot->xAxis->tickLabelFont());
  const QFontMetricsF metrics(painter.font());
  for (std::size_t i = columns_.size(); i-- > 0;) {
    const LegendColumn& column = columns_[i];
    painter.setPen(look_.Color(Role::kQuietText));
    painter.drawText(QRectF(right - widths_[i], top, widths_[i], row_height_),
                     Qt::AlignRight | Qt::AlignVCenter, column.name);
    if (column.sample) {
      const double end = right - metrics.horizontalAdvance(column.name) - kColumnGap / 2.0;
      PaintLineSample(painter, *column.sample, {end - kSampleLength / 2.0, top + row_height_ / 2.0},
                      look_.Color(Role::kSurface));
    }
    right -= widths_[i] + kColumnGap;
  }
}

}  // namespace mhc
