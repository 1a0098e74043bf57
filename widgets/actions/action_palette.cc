#include "widgets/actions/action_palette.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include "widgets/actions/action_registry.h"

namespace mhc {
namespace {

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
  list_ = new QListWidget(this);
  list_->setFrameShape(QFrame::NoFrame);
  list_->setFocusPolicy(Qt::NoFocus);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->addWidget(search_);
  column->addWidget(list_);
  resize(520, 400);
  connect(search_, &QLineEdit::textChanged, this, &ActionPalette::Fill);
  connect(search_, &QLineEdit::returnPressed, this, &ActionPalette::Choose);
  connect(list_, &QListWidget::itemClicked, this, &ActionPalette::Choose);
  Fill();
  search_->setFocus();
}

void ActionPalette::Fill() {
  list_->clear();
  for (QAction* action : registry_.actions()) {
    QString text =
        QStringLiteral("%1 › %2").arg(registry_.MenuOf(action), action->text().remove('&'));
    if (!Matches(text, search_->text())) continue;
    const QString shortcut = action->shortcut().toString(QKeySequence::NativeText);
    if (!shortcut.isEmpty()) text += QStringLiteral("    %1").arg(shortcut);
    const QString reason = registry_.ReasonOf(action);
    if (!reason.isEmpty()) text += QStringLiteral("    (%1)").arg(reason);
    auto* item = new QListWidgetItem(text, list_);
    item->setData(Qt::UserRole, QVariant::fromValue(static_cast<QObject*>(action)));
    if (!reason.isEmpty()) item->setFlags(Qt::NoItemFlags);
  }
  for (int row = 0; row < list_->count(); ++row) {
    if (list_->item(row)->flags() == Qt::NoItemFlags) continue;
    list_->setCurrentRow(row);
    break;
  }
}

void ActionPalette::Choose() {
  const QListWidgetItem* item = list_->currentItem();
  if (item == nullptr) return;
  auto* action = qobject_cast<QAction*>(item->data(Qt::UserRole).value<QObject*>());
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
