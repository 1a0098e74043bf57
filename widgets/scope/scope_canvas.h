// The one place that decides how the stream scope is drawn: by Dear ImGui on OpenGL, or by
// QPainter.
//
// Thread rule: the window's thread.
#pragma once

class QWidget;

namespace mhc {

class ScopeHand;

struct ScopeCanvas {
  QWidget* widget = nullptr;  // of the parent
  bool lacks_opengl = false;  // this display has none, so QPainter draws
};

// The hand watches the widget, which borrows it.
ScopeCanvas MakeScopeCanvas(ScopeHand& hand, QWidget* parent);

}  // namespace mhc
