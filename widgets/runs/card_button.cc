#include "widgets/runs/card_button.h"

#include <QPainter>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kMargin = 12, kLeast = 240;

}  // namespace

CardButton::CardButton(const Look& look, const QString& name, const QString& sentence,
                       QWidget* parent)
    : QAbstractButton(parent), look_(look), sentence_(sentence) {
  setText(name);
  setToolTip(sentence);
  setAccessibleDescription(sentence);
  setCursor(Qt::PointingHandCursor);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAttribute(Qt::WA_Hover);
  connect(&look_, &Look::changed, this, qOverload<>(&QWidget::update));
}

QSize CardButton::minimumSizeHint() const {
  return {kLeast, 3 * fontMetrics().height() + 2 * kMargin - 6};
}

QSize CardButton::sizeHint() const { return minimumSizeHint(); }

void CardButton::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const bool marked = hasFocus() || isDown();
  painter.setPen(look_.Color(marked ? Role::kAccent : Role::kBorder));
  painter.setBrush(look_.Color(underMouse() ? Role::kHover : Role::kSurface));
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
  const QRect inside = rect().adjusted(kMargin, kMargin - 3, -kMargin, -(kMargin - 3));
  QFont bold = font();
  bold.setWeight(QFont::DemiBold);
  painter.setFont(bold);
  painter.setPen(look_.Color(Role::kText));
  painter.drawText(inside, Qt::AlignLeft | Qt::AlignTop, text());
  painter.setFont(font());
  painter.setPen(look_.Color(Role::kQuietText));
  const QRect below = inside.adjusted(0, fontMetrics().height(), 0, 0);
  const QString shown = fontMetrics().elidedText(sentence_, Qt::ElideRight, 2 * below.width() - 40);
  painter.drawText(below, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, shown);
}

}  // namespace mhc
