#include "widgets/frame/step_markers.h"

#include <QFontMetricsF>
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/document/run_document.h"
#include "widgets/look/look.h"
#include "widgets/words/flag_text.h"

namespace mhc {
namespace {

constexpr double kFlagPadding = 4.0;  // of a flag's text
constexpr double kRowGap = 3.0;       // between rows of flags
constexpr std::array kWidestFlags = {220.0, 140.0, 90.0};
constexpr double kPennant = 6.0;       // of a flag without text
constexpr double kTriangle = 8.0;      // of an alert
constexpr double kReach = 4.0;         // of the pointer
constexpr double kLargestShare = 0.4;  // of the plot's height that flags may take
constexpr int kFlagOpacity = 215;      // a spike under a flag is still seen
constexpr int kMostRows = 6;
constexpr int kMostDetails = 6;

}  // namespace

StepMarkers::StepMarkers(QCustomPlot& plot, const Look& look)
    : QCPLayerable(&plot, QStringLiteral("legend")), look_(look) {
  connect(&plot, &QCustomPlot::afterLayout, this, [this] { Place(); });
}

void StepMarkers::SetRun(const RunDocument& run) {
  placed_.clear();
  flags_.clear();
  for (const Intervention& past : run.interventions()) {
    if (!ChangesTraining(past)) continue;
    flags_.push_back(
        {static_cast<double>(past.step), FlagText(past), ChangeDetails(past), past.undone});
  }
  std::stable_sort(flags_.begin(), flags_.end(),
                   [](const StepFlag& a, const StepFlag& b) { return a.step < b.step; });
  alerts_.clear();
  for (const Alert& alert : run.alerts()) {
    alerts_.push_back({static_cast<double>(alert.step), AlertDetails(alert)});
  }
}

void StepMarkers::SetCursor(std::optional<double> step) { cursor_ = step; }

double StepMarkers::X(double step) const {
  return std::round(mParentPlot->xAxis->coordToPixel(step));
}

bool StepMarkers::Shows(double step) const { return mParentPlot->xAxis->range().contains(step); }

double StepMarkers::TopOf(int row) const {
  const double height = QFontMetricsF(mParentPlot->xAxis->tickLabelFont()).height() + 2.0;
  const double alerts = alerts_.empty() ? 0.0 : kTriangle + kRowGap;
  return mParentPlot->axisRect()->top() + 1.0 + alerts + row * (height + kRowGap);
}

double StepMarkers::Height() const {
  int used = 0;
  for (const PlacedFlag& placed : placed_) used = std::max(used, placed.place.row + 1);
  return used == 0 && alerts_.empty() ? 0.0 : TopOf(used) - mParentPlot->axisRect()->top();
}

void StepMarkers::Place() {
  const QCPAxisRect& rect = *mParentPlot->axisRect();
  const QFontMetricsF metrics(mParentPlot->xAxis->tickLabelFont());
  const double row_height = TopOf(1) - TopOf(0);
  const int rows =
      std::clamp(static_cast<int>(kLargestShare * rect.height() / row_height), 0, kMostRows);
  placed_.clear();
  std::vector<FlagWish> wishes;
  for (const StepFlag& flag : flags_) {
    if (!Shows(flag.step)) continue;
    const double text = std::ceil(metrics.horizontalAdvance(flag.text)) + 2.0 * kFlagPadding;
    placed_.push_back({&flag, X(flag.step), {}});
    wishes.push_back({X(flag.step), text});
  }
  // A flag may use the margin beside the axes.
  const std::vector<FlagPlace> places =
      PlaceFlags(wishes, rect.left(), mParentPlot->viewport().right() - 2.0, rows, kWidestFlags);
  for (std::size_t i = 0; i < placed_.size(); ++i) placed_[i].place = places[i];
}

void StepMarkers::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  applyAntialiasingHint(painter, false, QCP::aeItems);
}

QRect StepMarkers::clipRect() const {
  QRect rect = mParentPlot->viewport();
  rect.setBottom(mParentPlot->axisRect()->bottom());
  return rect;
}

void StepMarkers::draw(QCPPainter* painter) {
  const QCPAxisRect& rect = *mParentPlot->axisRect();
  painter->setFont(mParentPlot->xAxis->tickLabelFont());
  for (const PlacedFlag& placed : placed_) DrawFlag(*painter, placed);
  for (const StepAlert& alert : alerts_) {
    if (Shows(alert.step)) DrawAlert(*painter, X(alert.step));
  }
  if (cursor_ && Shows(*cursor_)) {
    painter->setPen(QPen(look_.Color(Role::kAccent), 1.0));
    const double x = X(*cursor_);
    painter->drawLine(QLineF(x, rect.top(), x, rect.bottom()));
  }
}

void StepMarkers::DrawFlag(QCPPainter& painter, const PlacedFlag& placed) const {
  const QCPAxisRect& rect = *mParentPlot->axisRect();
  const FlagPlace& place = placed.place;
  const double top = TopOf(place.row);
  const QColor line = look_.Color(Role::kQuietText);
  painter.setPen(QPen(line, 1.0, placed.flag->undone ? Qt::DashLine : Qt::SolidLine));
  painter.setBrush(Qt::NoBrush);
  painter.drawLine(QLineF(placed.x, top, placed.x, rect.bottom()));
  if (place.width == 0.0) {
    painter.setBrush(line);
    painter.drawPolygon(QPolygonF({{placed.x, top},
                                   {placed.x + kPennant, top + kPennant / 2.0},
                                   {placed.x, top + kPennant}}));
    return;
  }
  const double height = TopOf(1) - TopOf(0) - kRowGap;
  const QRectF box(place.left, top, place.width, height);
  QColor background = look_.Color(Role::kSurface);
  background.setAlpha(kFlagOpacity);
  painter.setBrush(background);
  painter.drawRect(box);
  const QFontMetricsF metrics(painter.font());
  const double room = place.width - 2.0 * kFlagPadding + 1.0;
  painter.setPen(look_.Color(Role::kText));
  painter.drawText(box.adjusted(kFlagPadding, 0.0, 0.0, 0.0), Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(placed.flag->text, Qt::ElideRight, room));
}

void StepMarkers::DrawAlert(QCPPainter& painter, double x) const {
  const double top = mParentPlot->axisRect()->top();
  painter.save();
  painter.setAntialiasing(true);
  painter.setPen(Qt::NoPen);
  painter.setBrush(look_.Color(Role::kWarning));
  painter.drawPolygon(QPolygonF(
      {{x, top}, {x + kTriangle / 2.0, top + kTriangle}, {x - kTriangle / 2.0, top + kTriangle}}));
  painter.restore();
}

QString StepMarkers::DetailsAt(const QPointF& position) const {
  QStringList found;
  const QCPAxisRect& rect = *mParentPlot->axisRect();
  const auto add = [&](const QString& details) {
    if (found.size() < kMostDetails) found << details;
  };
  for (const PlacedFlag& placed : placed_) {
    const double top = TopOf(placed.place.row);
    const QRectF line(placed.x - kReach, top, 2.0 * kReach, rect.bottom() - top);
    const QRectF box(placed.place.left, top, placed.place.width, TopOf(1) - TopOf(0) - kRowGap);
    if (line.contains(position) || box.contains(position)) add(placed.flag->details);
  }
  for (const StepAlert& alert : alerts_) {
    const QRectF box(X(alert.step) - kTriangle, rect.top() - kReach, 2.0 * kTriangle,
                     kTriangle + 2.0 * kReach);
    if (Shows(alert.step) && box.contains(position)) add(alert.details);
  }
  return found.join(QStringLiteral("\n\n"));
}

}  // namespace mhc
