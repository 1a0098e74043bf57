#include "widgets/scope/scope_canvas_raster.h"

#include <QPainter>

#include "widgets/look/look.h"
#include "widgets/scope/scope_hand.h"
#include "widgets/scope/scope_painter.h"

namespace mhc {

ScopeCanvasRaster::ScopeCanvasRaster(ScopeHand& hand) : hand_(hand) {
  setAttribute(Qt::WA_OpaquePaintEvent);
}

void ScopeCanvasRaster::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), hand_.look().Color(Role::kSurface));
  painter.setFont(ScopeHand::Font());
  const ScopePicture& picture = hand_.Picture(QSizeF(size()));
  PaintScope(painter, picture, hand_.spot());
}

}  // namespace mhc
