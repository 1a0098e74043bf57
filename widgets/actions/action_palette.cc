#include "widgets/actions/action_palette.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/actions/action_registry.h"

namespace mhc {
namespace {

enum Column { kText, kReason, kShortcut };

constexpr int kRowHeight = 22;

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
  list_->header()->setStretchLastSection(false);
  list_->header()->setSectionResizeMode(kText, QHeaderView::ResizeToContents);
  list_->header()->setSectionResizeMode(kReason, QHeaderView::Stretch);
  list_->header()->setSectionResizeMode(kShortcut, QHeaderView::ResizeToContents);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->addWidget(search_);
  column->addWidget(list_);
  resize(560, 560);
  connect(search_, &QLineEdit::textChanged, this, &ActionPalette::Fill);
  connect(search_, &QLineEdit::returnPressed, this, &ActionPalette::Choose);
  connect(list_, &QTreeWidget::itemClicked, this, &ActionPalette::Choose);
  Fill();
  search_->setFocus();
}

void ActionPalette::Fill() {
  list_->clear();
  QTreeWidgetItem* first = nullptr;
  for (QAction* action : registry_.actions()) {
    const QString text =
        QStringLiteral("%1 › %2").arg(registry_.MenuOf(action), action->text().remove('&'));
    if (!Matches(text, search_->text())) continue;
    const QString reason = registry_.ReasonOf(action);
    auto* item = new QTreeWidgetItem(
        list_, {text, reason, action->shortcut().toString(QKeySequence::NativeText)});
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
