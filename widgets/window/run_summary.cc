#include "widgets/window/run_summary.h"

#include <QPainter>
#include <algorithm>

namespace mhc {
namespace {

constexpr int kMargin = 12;
constexpr int kRounding = 4;      // of a text's width
constexpr int kMenuPadding = 24;  // around a menu's name, at most

const QString kBetween = QStringLiteral(" · ");

}  // namespace

RunSummary::RunSummary(QMenuBar* bar) : QLabel(bar), bar_(*bar) {
  setObjectName(QStringLiteral("runSummary"));
  setTextFormat(Qt::PlainText);
  setForegroundRole(QPalette::PlaceholderText);
}

void RunSummary::Show(const QStringList& parts) {
  if (parts == parts_) return;
  parts_ = parts;
  setText(parts.join(kBetween));
  setToolTip(text());
  // A menu bar places its corner's widget only when it is resized or given one.
  bar_.setCornerWidget(this);
  setVisible(!parts.isEmpty());
}

int RunSummary::RoomBesideMenus() const {
  int menus = 0;
  for (const QAction* menu : bar_.actions()) {
    menus += bar_.fontMetrics().horizontalAdvance(menu->text()) + kMenuPadding;
  }
  return std::max(0, bar_.width() - menus);
}

QSize RunSummary::sizeHint() const {
  const int width = fontMetrics().horizontalAdvance(text()) + 2 * kMargin + kRounding;
  return {std::min(width, RoomBesideMenus()), bar_.fontMetrics().height() + 8};
}

void RunSummary::paintEvent(QPaintEvent*) {
  const int room = width() - 2 * kMargin;
  QStringList parts = parts_;
  while (parts.size() > 1 &&
         fontMetrics().horizontalAdvance(parts.join(kBetween)) + kRounding > room) {
    parts.removeLast();
  }
  QPainter painter(this);
  painter.setPen(palette().color(foregroundRole()));
  painter.drawText(rect().adjusted(kMargin, 0, -kMargin, 0), Qt::AlignRight | Qt::AlignVCenter,
                   fontMetrics().elidedText(parts.join(kBetween), Qt::ElideMiddle, room));
}

}  // namespace mhc
