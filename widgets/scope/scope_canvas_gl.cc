#include "widgets/scope/scope_canvas_gl.h"

#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <QImage>
#include <QOpenGLFramebufferObject>
#include <QOpenGLFunctions>
#include <QPainter>

#include "widgets/scope/imgui_text.h"
#include "widgets/scope/scope_draw_list.h"
#include "widgets/scope/scope_hand.h"
#include "widgets/scope/scope_painter.h"

namespace mhc {
namespace {

constexpr int kOpenGlVersion = 3;

}  // namespace

ScopeCanvasGl::ScopeCanvasGl(ScopeHand& hand) : hand_(hand) {
  setAttribute(Qt::WA_OpaquePaintEvent);
}

std::unique_ptr<ScopeCanvasGl> ScopeCanvasGl::Create(ScopeHand& hand) {
  std::unique_ptr<ScopeCanvasGl> canvas(new ScopeCanvasGl(hand));
  return canvas->Begin() ? std::move(canvas) : nullptr;
}

ScopeCanvasGl::~ScopeCanvasGl() {
  if (imgui_ == nullptr) return;
  opengl_.makeCurrent(&surface_);
  ImGui::SetCurrentContext(imgui_);
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext(imgui_);
  target_.reset();
  opengl_.doneCurrent();
}

bool ScopeCanvasGl::Begin() {
  surface_.create();
  if (!opengl_.create() || opengl_.isOpenGLES() ||
      opengl_.format().majorVersion() < kOpenGlVersion || !surface_.isValid() ||
      !opengl_.makeCurrent(&surface_)) {
    return false;
  }
  ImGuiContext* const context = ImGui::CreateContext();
  ImGui::SetCurrentContext(context);
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  if (ImGui_ImplOpenGL3_Init(nullptr)) {
    imgui_ = context;
  } else {
    ImGui::DestroyContext(context);
  }
  opengl_.doneCurrent();
  return imgui_ != nullptr;
}

void ScopeCanvasGl::paintEvent(QPaintEvent*) {
  const ScopePicture& picture = hand_.Picture(QSizeF(size()));
  QPainter painter(this);
  QImage image;
  if (Render(picture, image)) {
    image.setDevicePixelRatio(devicePixelRatioF());
    painter.drawImage(QPoint(), image);
    return;
  }
  // The driver took its context away.
  painter.fillRect(rect(), picture.surface);
  painter.setFont(ScopeHand::Font());
  PaintScope(painter, picture, hand_.spot());
}

bool ScopeCanvasGl::Render(const ScopePicture& picture, QImage& image) {
  if (!opengl_.makeCurrent(&surface_)) return false;
  const double scale = devicePixelRatioF();
  const QSize pixels = (QSizeF(size()) * scale).toSize().expandedTo(QSize(1, 1));
  if (!target_ || target_->size() != pixels) {
    target_ = std::make_unique<QOpenGLFramebufferObject>(pixels);
  }
  if (!target_->bind()) return false;
  ImGui::SetCurrentContext(imgui_);
  LoadFont(picture);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(pixels.width()), static_cast<float>(pixels.height())};
  io.DeltaTime = 1.0F;  // nothing moves by itself
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  ListScope(*ImGui::GetBackgroundDrawList(), *io.Fonts->Fonts.front(), picture, hand_.spot(),
            scale);
  ImGui::Render();
  QOpenGLFunctions& functions = *opengl_.functions();
  const QColor back = picture.surface;
  functions.glClearColor(back.redF(), back.greenF(), back.blueF(), 1.0F);
  functions.glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  image = target_->toImage().convertToFormat(QImage::Format_RGB32);
  opengl_.doneCurrent();
  return !image.isNull();
}

// The atlas holds what is written and nothing else: digits, and the few words of this language.
void ScopeCanvasGl::LoadFont(const ScopePicture& picture) {
  const double scale = devicePixelRatioF();
  QSet<QChar> needed;
  for (const ScopeText& text : picture.texts) {
    for (const QChar character : text.text) needed.insert(character);
  }
  if (scale == font_scale_ && characters_.contains(needed)) return;
  for (const QChar digit : QStringLiteral("0123456789")) needed.insert(digit);
  characters_ = needed;
  font_scale_ = scale;
  QString all;
  for (const QChar character : characters_) all.append(character);
  FillFontAtlas(*ImGui::GetIO().Fonts, ScopeHand::Font(), all, scale);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

}  // namespace mhc
