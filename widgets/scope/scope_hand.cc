#include "widgets/scope/scope_hand.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace mhc {
namespace {

constexpr double kFewestSites = 1.5;  // in the window
constexpr double kZoomANotch = 1.25;
constexpr double kUnitsANotch = 120.0;  // of Qt's wheel

}  // namespace

ScopeHand::ScopeHand(const Look& look, QObject* parent) : QObject(parent), look_(look) {}

void ScopeHand::Watch(QWidget* canvas) {
  canvas_ = canvas;
  canvas->setMouseTracking(true);
  canvas->installEventFilter(this);
}

void ScopeHand::SetMaps(StackMaps maps) {
  const bool is_other = maps.sites != maps_.sites || maps.streams != maps_.streams;
  if (is_other) Forget();
  maps_ = std::move(maps);
  Repaint();
  if (is_other) Fit();
  // The number under the pointer is another one now.
  if (canvas_ && spot_.kind != ScopeSpot::Kind::kNothing && QToolTip::isVisible()) ShowTip();
}

void ScopeHand::SetSite(int site) {
  if (site == site_) return;
  site_ = site;
  Repaint();
}

void ScopeHand::LookChanged() { Repaint(); }

bool ScopeHand::fits() const { return span_.length() >= WholeSpan(maps_.sites).length() - 1e-6; }

void ScopeHand::Fit() { SetSpan(WholeSpan(maps_.sites)); }

QFont ScopeHand::Font() {
  QFont font = QApplication::font();
  font.setPointSizeF(9);
  return font;
}

const ScopePicture& ScopeHand::Picture(QSizeF size) {
  if (picture_ && size == picture_size_) return *picture_;
  const QFontMetricsF metrics(Font());
  ScopeFrame frame;
  frame.width = size.width();
  frame.height = size.height();
  frame.type = metrics.height();
  frame.label_width = ScopeLabelWidth(metrics, maps_, size.width());
  frame.span = span_;
  frame.site = site_;
  picture_ = DrawScope(maps_, frame, look_);
  picture_size_ = size;
  // What was under the pointer has another index in the new picture.
  if (spot_.kind != ScopeSpot::Kind::kNothing) spot_ = SpotAt(*picture_, maps_, point_);
  return *picture_;
}

bool ScopeHand::eventFilter(QObject* watched, QEvent* event) {
  if (watched != canvas_ || maps_.sites == 0) return false;
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      Press(*static_cast<QMouseEvent*>(event));
      return true;
    case QEvent::MouseMove:
      Move(*static_cast<QMouseEvent*>(event));
      return true;
    case QEvent::MouseButtonRelease:
      Release(*static_cast<QMouseEvent*>(event));
      return true;
    case QEvent::MouseButtonDblClick:
      Fit();
      return true;
    case QEvent::Wheel:
      Wheel(*static_cast<QWheelEvent*>(event));
      event->accept();
      return true;
    case QEvent::Leave:
      Forget();
      return false;
    default:
      return false;
  }
}

double ScopeHand::SitesAPixel() {
  return 1.0 / std::max(1e-6, Picture(QSizeF(canvas_->size())).site_width);
}

void ScopeHand::Press(const QMouseEvent& event) {
  if (event.button() != Qt::LeftButton) return;
  pressed_ = true;
  drags_ = false;
  press_point_ = event.position();
  press_span_ = span_;
}

void ScopeHand::Move(const QMouseEvent& event) {
  if (!pressed_) {
    PointAt(event.position(), event.globalPosition().toPoint());
    return;
  }
  const double moved = event.position().x() - press_point_.x();
  drags_ = drags_ || std::abs(moved) >= QApplication::startDragDistance();
  if (!drags_ || fits()) return;
  Forget();
  canvas_->setCursor(Qt::ClosedHandCursor);
  const double sites = moved * SitesAPixel();
  SetSpan({press_span_.first - sites, press_span_.last - sites});
}

void ScopeHand::Release(const QMouseEvent& event) {
  if (event.button() != Qt::LeftButton || !pressed_) return;
  pressed_ = false;
  canvas_->unsetCursor();
  if (drags_) return;
  const ScopeSpot spot = SpotAt(Picture(QSizeF(canvas_->size())), maps_, event.position());
  if (spot.site >= 0) Q_EMIT siteChosen(spot.site);
}

void ScopeHand::Wheel(const QWheelEvent& event) {
  const QPoint turned = event.angleDelta();
  const ScopePicture& picture = Picture(QSizeF(canvas_->size()));
  if (std::abs(turned.x()) > std::abs(turned.y())) {
    const double sites = -turned.x() / kUnitsANotch * 40.0 * SitesAPixel();
    SetSpan({span_.first + sites, span_.last + sites});
    return;
  }
  const double share =
      std::clamp((event.position().x() - picture.plot.left()) / picture.plot.width(), 0.0, 1.0);
  const double whole = WholeSpan(maps_.sites).length();
  const double length =
      std::clamp(span_.length() * std::pow(kZoomANotch, -turned.y() / kUnitsANotch),
                 std::min(kFewestSites, whole), whole);
  const double at = span_.first + share * span_.length();
  SetSpan({at - share * length, at + (1.0 - share) * length});
  PointAt(event.position(), event.globalPosition().toPoint());
}

void ScopeHand::PointAt(QPointF point, QPoint global) {
  point_ = point;
  global_point_ = global;
  const ScopeSpot before = spot_;
  spot_ = SpotAt(Picture(QSizeF(canvas_->size())), maps_, point);
  if (spot_ == before) return;
  ShowTip();
  canvas_->update();
}

void ScopeHand::ShowTip() {
  const QString text = SpotText(spot_, Picture(QSizeF(canvas_->size())), maps_);
  if (text.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(global_point_ + QPoint(0, 6), text, canvas_);
  }
}

void ScopeHand::Forget() {
  if (spot_ == ScopeSpot()) return;
  spot_ = {};
  QToolTip::hideText();
  if (canvas_) canvas_->update();
}

// Keeps its length where that is possible, and stays within the stack.
void ScopeHand::SetSpan(ScopeSpan span) {
  const ScopeSpan whole = WholeSpan(maps_.sites);
  const double length = std::min(span.length(), whole.length());
  span.first = std::clamp(span.first, whole.first, whole.last - length);
  span.last = span.first + length;
  if (span.first == span_.first && span.last == span_.last) return;
  span_ = span;
  Repaint();
  Q_EMIT spanChanged();
}

void ScopeHand::Repaint() {
  picture_.reset();
  if (canvas_) canvas_->update();
}

}  // namespace mhc
