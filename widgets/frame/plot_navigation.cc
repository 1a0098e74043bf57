#include "widgets/frame/plot_navigation.h"

#include "widgets/look/custom_plot.h"

#include <QMouseEvent>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kDragDistance = 3;  // QCustomPlot's own: less is a click
constexpr int kRectangleOpacity = 40;

}  // namespace

PlotNavigation::PlotNavigation(QCustomPlot& plot) : QObject(&plot), plot_(plot) {
  plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot.axisRect()->setRangeDrag(Qt::Horizontal | Qt::Vertical);
  connect(&plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) { Press(*event); });
  connect(&plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) { Move(*event); });
  connect(&plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) { Release(*event); });
  connect(&plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) { Turn(*event); });
  connect(&plot, &QCustomPlot::mouseDoubleClick, this, [this](QMouseEvent* event) {
    Fit();
    if (plot_.axisRect()->rect().contains(event->pos())) Q_EMIT doubleClicked();
  });
}

QString PlotNavigation::Text() {
  return tr(
      "Wheel: zoom (over an axis, that axis alone). Drag: move. Shift and drag: zoom to a "
      "rectangle. Double click: show everything.");
}

void PlotNavigation::Fit() { SetFits(true, true); }

void PlotNavigation::SetFits(bool x, bool y) {
  if (x == fits_x_ && y == fits_y_) return;
  fits_x_ = x;
  fits_y_ = y;
  Q_EMIT fitsChanged();
}

void PlotNavigation::ApplyLook(const Look& look) {
  QColor accent = look.Color(Role::kAccent);
  plot_.selectionRect()->setPen(accent);
  accent.setAlpha(kRectangleOpacity);
  plot_.selectionRect()->setBrush(accent);
}

void PlotNavigation::Press(const QMouseEvent& event) {
  pressed_ = event.button() == Qt::LeftButton;
  moved_ = false;
  pressed_at_ = event.pos();
  const bool rectangle = pressed_ && event.modifiers().testFlag(Qt::ShiftModifier);
  plot_.setSelectionRectMode(rectangle ? QCP::srmZoom : QCP::srmNone);
}

void PlotNavigation::Move(const QMouseEvent& event) {
  if (!pressed_ || moved_) return;
  if ((event.pos() - pressed_at_).manhattanLength() <= kDragDistance) return;
  moved_ = true;
  SetFits(false, false);
}

void PlotNavigation::Release(const QMouseEvent& event) {
  const bool was_click = pressed_ && !moved_ && event.button() == Qt::LeftButton;
  pressed_ = false;
  if (was_click && plot_.axisRect()->rect().contains(pressed_at_)) {
    Q_EMIT clicked(plot_.xAxis->pixelToCoord(pressed_at_.x()));
  }
}

void PlotNavigation::Turn(const QWheelEvent& event) {
  const QRect rect = plot_.axisRect()->rect();
  const QPointF position = event.position();
  const bool over_y = position.x()<rect.left(), over_x = position.y()> rect.bottom();
  plot_.axisRect()->setRangeZoom((over_y ? Qt::Orientations() : Qt::Horizontal) |
                                 (over_x ? Qt::Orientations() : Qt::Vertical));
  SetFits(fits_x_ && over_y, fits_y_ && over_x);
}

}  // namespace mhc
