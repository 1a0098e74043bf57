#include "widgets/scope/scope_canvas.h"

#include <QGuiApplication>
#include <memory>

#include "widgets/scope/scope_canvas_gl.h"
#include "widgets/scope/scope_canvas_raster.h"
#include "widgets/scope/scope_hand.h"

namespace mhc {

ScopeCanvas MakeScopeCanvas(ScopeHand& hand, QWidget* parent) {
  // Qt's offscreen platform has no OpenGL that could be relied on (Qt 6.4: crashes).
  const bool has_display = QGuiApplication::platformName() != QLatin1String("offscreen");
  std::unique_ptr<QWidget> widget;
  if (has_display) widget = ScopeCanvasGl::Create(hand);
  ScopeCanvas canvas;
  canvas.lacks_opengl = !widget;
  if (!widget) widget = std::make_unique<ScopeCanvasRaster>(hand);
  widget->setParent(parent);
  canvas.widget = widget.release();
  hand.Watch(canvas.widget);
  return canvas;
}

}  // namespace mhc
