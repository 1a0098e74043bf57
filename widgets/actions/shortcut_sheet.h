// ?: all shortcuts on one sheet.
#pragma once

#include <QDialog>

namespace mhc {

class ActionRegistry;

class ShortcutSheet : public QDialog {
  Q_OBJECT

 public:
  ShortcutSheet(const ActionRegistry& registry, QWidget* parent);
};

}  // namespace mhc
