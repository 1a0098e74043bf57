#include "widgets/actions/action_palette.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/actions/action_registry.h"

namespace mhc {
namespace {

enum Column { kText, kReason, kShortcut };

constexpr int kRowHeight = 22;
constexpr int kMargin = 8, kCellMargin = 12;
constexpr int kEdge = 40;  // of the window around it

QString NameOf(const ActionRegistry& registry, const QAction* action) {
  return QStringLiteral("%1 › %2").arg(registry.MenuOf(action), action->text().remove('&'));
}

QString ShortcutOf(const QAction* action) {
  return action->shortcut().toString(QKeySequence::NativeText);
}

// Every word that was typed stands somewhere in the text.
bool Matches(const QString& text, const QString& typed) {
  for (const QString& word : typed.split(' ', Qt::SkipEmptyParts)) {
    if (!text.contains(word, Qt::CaseInsensitive)) return false;
  }
  return true;
}

}  // namespace

ActionPalette::ActionPalette(ActionRegistry& registry, QWidget* parent)
    : QDialog(parent, Qt::Popup), registry_(registry) {
  setObjectName("actionPaletteDialog");
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(tr("Search every action"));
  search_->setAccessibleName(tr("Search every action"));
  search_->installEventFilter(this);
  list_ = new QTreeWidget(this);
  list_->setFrameShape(QFrame::NoFrame);
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setHeaderHidden(true);
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setColumnCount(3);
  list_->setTextElideMode(Qt::ElideRight);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
  column->addWidget(search_);
  column->addWidget(list_);
  FitColumns();
  connect(search_, &QLineEdit::textChanged, this, &ActionPalette::Fill);
  connect(search_, &QLineEdit::returnPressed, this, &ActionPalette::Choose);
  connect(list_, &QTreeWidget::itemClicked, this, &ActionPalette::Choose);
  Fill();
  search_->setFocus();
}

// Names and shortcuts whole, whatever was typed; reasons get what a window has left, and their tips
// are whole.
void ActionPalette::FitColumns() {
  int name = 0, reason = 0, shortcut = 0;
  const QFontMetrics metrics = list_->fontMetrics();
  for (const QAction* action : registry_.actions()) {
    name = std::max(name, metrics.horizontalAdvance(NameOf(registry_, action)));
    reason = std::max(reason, metrics.horizontalAdvance(registry_.ReasonOf(action)));
    shortcut = std::max(shortcut, metrics.horizontalAdvance(ShortcutOf(action)));
  }
  const int whole = name + kCellMargin + shortcut + kCellMargin + 2 * kMargin +
                    list_->verticalScrollBar()->sizeHint().width();
  const QSize room = parentWidget()->size() - QSize(2 * kEdge, 2 * kEdge + kEdge);
  constexpr int kLeastWidth = 480, kHeight = 560;
  const int width = std::clamp(whole + reason + kCellMargin, std::min(kLeastWidth, room.width()),
                               std::max(room.width(), whole));
  resize(width, std::min(kHeight, room.height()));
  list_->header()->setStretchLastSection(false);
  list_->header()->setMinimumSectionSize(0);
  list_->header()->setSectionResizeMode(kReason, QHeaderView::Stretch);
  for (const auto& [column, content] : {std::pair{kText, name}, std::pair{kShortcut, shortcut}}) {
    list_->header()->setSectionResizeMode(column, QHeaderView::Fixed);
    list_->header()->resizeSection(column, content + kCellMargin);
  }
}

void ActionPalette::Fill() {
  list_->clear();
  QTreeWidgetItem* first = nullptr;
  for (QAction* action : registry_.actions()) {
    const QString text = NameOf(registry_, action);
    if (!Matches(text, search_->text())) continue;
    const QString reason = registry_.ReasonOf(action);
    auto* item = new QTreeWidgetItem(list_, {text, reason, ShortcutOf(action)});
    item->setSizeHint(kText, QSize(0, kRowHeight));
    item->setTextAlignment(kShortcut, Qt::AlignRight | Qt::AlignVCenter);
    item->setToolTip(kReason, reason);
    item->setData(kText, Qt::UserRole, QVariant::fromValue(static_cast<QObject*>(action)));
    item->setDisabled(!reason.isEmpty());
    if (first == nullptr && reason.isEmpty()) first = item;
  }
  if (first != nullptr) list_->setCurrentItem(first);
}

void ActionPalette::Choose() {
  const QTreeWidgetItem* item = list_->currentItem();
  if (item == nullptr || item->isDisabled()) return;
  auto* action = qobject_cast<QAction*>(item->data(kText, Qt::UserRole).value<QObject*>());
  close();
  if (action != nullptr) action->trigger();
}

bool ActionPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Up || key == Qt::Key_Down) {
      QCoreApplication::sendEvent(list_, event);
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace mhc
