#include "widgets/window/window_notice.h"

#include <QEvent>
#include <algorithm>

namespace mhc {
namespace {

constexpr int kMostWidth = 480, kAboveEdge = 52;  // which leaves the step bar free

}  // namespace

WindowNotice::WindowNotice(const Look& look, QWidget* parent) : QLabel(parent), look_(look) {
  setObjectName(QStringLiteral("windowNotice"));
  setTextFormat(Qt::PlainText);
  setWordWrap(true);
  setMargin(8);
  hide();
  ends_.setSingleShot(true);
  connect(&ends_, &QTimer::timeout, this, &WindowNotice::Clear);
  connect(&look_, &Look::changed, this, &WindowNotice::ApplyLook);
  parent->installEventFilter(this);
  ApplyLook();
}

void WindowNotice::ApplyLook() {
  const auto name = [this](Role role) { return look_.Color(role).name(); };
  setStyleSheet(QStringLiteral("#windowNotice { color: %1; background: %2; border: 1px solid %3;"
                               " border-radius: 4px; }")
                    .arg(name(Role::kText), name(Role::kSurface), name(Role::kQuietText)));
}

void WindowNotice::Say(const QString& sentence, int milliseconds) {
  ends_.stop();
  setText(sentence);
  Place();
  show();
  raise();
  if (milliseconds > 0) ends_.start(milliseconds);
}

void WindowNotice::Clear() {
  ends_.stop();
  hide();
  clear();
}

void WindowNotice::Place() {
  const QRect inside = parentWidget()->rect();
  const int one_line = fontMetrics().horizontalAdvance(text()) + 4 * margin();
  const int width = std::min({one_line, kMostWidth, inside.width() - 2 * margin()});
  const int height = heightForWidth(width);
  setGeometry((inside.width() - width) / 2, inside.height() - kAboveEdge - height, width, height);
}

bool WindowNotice::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize && isVisible()) Place();
  return QLabel::eventFilter(watched, event);
}

void WindowNotice::mousePressEvent(QMouseEvent*) { Clear(); }

}  // namespace mhc
