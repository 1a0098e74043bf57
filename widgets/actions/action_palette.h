// Ctrl+K: every action by its name, found by typing. Disabled ones say why.
//
// Thread rule: the window's thread. Lifetime: borrows the registry.
#pragma once

#include <QDialog>

class QLineEdit;
class QTreeWidget;

namespace mhc {

class ActionRegistry;

class ActionPalette : public QDialog {
  Q_OBJECT

 public:
  ActionPalette(ActionRegistry& registry, QWidget* parent);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void FitColumns();
  void Fill();
  void Choose();

  ActionRegistry& registry_;
  QLineEdit* search_;
  QTreeWidget* list_;
};

}  // namespace mhc
