// The stream scope drawn by Dear ImGui on OpenGL 3.
//
// It draws into a framebuffer of its own and shows that as an image, and so costs only when it
// changes: one QOpenGLWidget would make Qt compose the whole window with OpenGL at every repaint of
// anything in it (1440 × 900 with llvmpipe: 15 ms instead of 0.6 ms). Every canvas has an OpenGL
// and an ImGui context of its own. It paints when it is told to, never by itself.
//
// Thread rule: the window's thread. Lifetime: borrows the hand.
#pragma once

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QSet>
#include <QWidget>
#include <memory>

class QImage;
class QOpenGLFramebufferObject;
struct ImGuiContext;

namespace mhc {

class ScopeHand;
struct ScopePicture;

class ScopeCanvasGl : public QWidget {
  Q_OBJECT

 public:
  // nullptr where this display gives no context that Dear ImGui can draw with.
  static std::unique_ptr<ScopeCanvasGl> Create(ScopeHand& hand);
  ~ScopeCanvasGl() override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  explicit ScopeCanvasGl(ScopeHand& hand);
  bool Begin();  // makes both contexts
  bool Render(const ScopePicture& picture, QImage& image);
  void LoadFont(const ScopePicture& picture);

  ScopeHand& hand_;
  QOffscreenSurface surface_;
  QOpenGLContext opengl_;
  std::unique_ptr<QOpenGLFramebufferObject> target_;
  ImGuiContext* imgui_ = nullptr;
  QSet<QChar> characters_;   // in the font's atlas
  double font_scale_ = 0.0;  // device pixels a pixel, of the atlas
};

}  // namespace mhc
