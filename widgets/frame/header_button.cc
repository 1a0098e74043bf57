#include "widgets/frame/header_button.h"

#include "widgets/look/look.h"

namespace mhc {

HeaderButton::HeaderButton(const QString& text, const QString& tip, const Look& look,
                           QWidget* parent)
    : QToolButton(parent), look_(look) {
  setText(text);
  setToolTip(tip);
  setAutoRaise(true);
  setPopupMode(QToolButton::InstantPopup);
  connect(&look_, &Look::changed, this, &HeaderButton::ApplyLook);
  ApplyLook();
}

void HeaderButton::SetOffered(bool offered) {
  QSizePolicy policy = sizePolicy();
  policy.setRetainSizeWhenHidden(true);
  setSizePolicy(policy);
  setEnabled(offered);
  setVisible(offered);
}

void HeaderButton::ApplyLook() {
  setStyleSheet(QStringLiteral("QToolButton { color: %1; padding: 1px 4px; }"
                               "QToolButton:checked { color: %2; background: %3; }"
                               "QToolButton:focus { color: %4; }"
                               "QToolButton:disabled { color: %5; }"
                               "QToolButton::menu-indicator { image: none; }")
                    .arg(look_.Color(Role::kQuietText).name(),
                         look_.Color(Role::kAccentText).name(), look_.Color(Role::kHover).name(),
                         look_.Color(Role::kText).name(), look_.Color(Role::kQuietText).name()));
}

}  // namespace mhc
