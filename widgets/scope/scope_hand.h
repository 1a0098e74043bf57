// What the stream scope shows and the hand on it: wheel zooms at the pointer, a drag pans, a double
// click fits, a click chooses the site, the pointer is told what lies under it. It watches the
// canvas's events, so that both canvases only paint.
//
// Thread rule: the window's thread. Lifetime: borrows the look, which outlives it, and the canvas,
// which may go before it.
#pragma once

#include <QFont>
#include <QObject>
#include <QPointer>
#include <QWidget>
#include <optional>

#include "widgets/scope/scope_drawing.h"
#include "widgets/scope/scope_spot.h"

class QMouseEvent;
class QWheelEvent;

namespace mhc {

class ScopeHand : public QObject {
  Q_OBJECT

 public:
  explicit ScopeHand(const Look& look, QObject* parent = nullptr);

  void Watch(QWidget* canvas);  // once

  const StackMaps& maps() const { return maps_; }
  void SetMaps(StackMaps maps);  // another shape fits
  void SetSite(int site);        // outlined
  void LookChanged();

  const ScopeSpan& span() const { return span_; }
  bool fits() const;  // the whole stack is shown
  void Fit();

  const Look& look() const { return look_; }
  static QFont Font();  // of the labels
  const ScopePicture& Picture(QSizeF size);
  const ScopeSpot& spot() const { return spot_; }

 Q_SIGNALS:
  void siteChosen(int site);
  void spanChanged();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void Press(const QMouseEvent& event);
  void Move(const QMouseEvent& event);
  void Release(const QMouseEvent& event);
  void Wheel(const QWheelEvent& event);
  void PointAt(QPointF point, QPoint global);
  void ShowTip();
  void Forget();  // the pointer has left
  void SetSpan(ScopeSpan span);
  void Repaint();
  double SitesAPixel();

  const Look& look_;
  QPointer<QWidget> canvas_;
  StackMaps maps_;
  int site_ = -1;
  ScopeSpan span_ = WholeSpan(1);
  std::optional<ScopePicture> picture_;  // as last drawn; empty after a change
  QSizeF picture_size_;
  ScopeSpot spot_;
  QPointF point_;        // of the pointer, where it is on the canvas
  QPoint global_point_;  // the same on the screen
  bool pressed_ = false, drags_ = false;
  QPointF press_point_;
  ScopeSpan press_span_;
};

}  // namespace mhc
