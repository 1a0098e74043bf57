// The stream scope drawn by a QPainter: where there is no OpenGL, and without a display.
//
// Thread rule: the window's thread. Lifetime: borrows the hand.
#pragma once

#include <QWidget>

namespace mhc {

class ScopeHand;

class ScopeCanvasRaster : public QWidget {
  Q_OBJECT

 public:
  explicit ScopeCanvasRaster(ScopeHand& hand);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ScopeHand& hand_;
};

}  // namespace mhc
