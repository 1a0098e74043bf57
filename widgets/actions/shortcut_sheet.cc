#include "widgets/actions/shortcut_sheet.h"

#include <QGridLayout>
#include <QLabel>

#include "widgets/actions/action_registry.h"

namespace mhc {

ShortcutSheet::ShortcutSheet(const ActionRegistry& registry, QWidget* parent) : QDialog(parent) {
  setObjectName("shortcutSheet");
  setWindowTitle(tr("Shortcuts"));
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(24, 16, 24, 16);
  grid->setHorizontalSpacing(24);
  int row = 0;
  for (const QAction* action : registry.actions()) {
    if (action->shortcut().isEmpty()) continue;
    auto* key = new QLabel(action->shortcut().toString(QKeySequence::NativeText), this);
    QFont bold = key->font();
    bold.setBold(true);
    key->setFont(bold);
    auto* text = new QLabel(action->text().remove('&'), this);
    text->setToolTip(action->statusTip());
    grid->addWidget(key, row, 0, Qt::AlignRight);
    grid->addWidget(text, row, 1);
    ++row;
  }
}

}  // namespace mhc
