// Every action of the lab, declared once: text, tip, shortcut, and why it is disabled when it is.
// Menus, tool bar, palette and shortcuts sheet are made from it.
//
// Thread rule: the window's thread.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <QString>
#include <functional>
#include <vector>

namespace mhc {

struct ActionDeclaration {
  QString name;  // object name: "actionPause"
  QString menu;  // "Run"
  QString text;  // "Pause"
  QString tip;   // one sentence
  QKeySequence shortcut;
  bool checkable = false;
};

class ActionRegistry : public QObject {
  Q_OBJECT

 public:
  // Actions belong to `window`, so that their shortcuts hold in all of it.
  explicit ActionRegistry(QWidget* window);

  QAction* Add(const ActionDeclaration& declaration, std::function<void()> triggered);
  const std::vector<QAction*>& actions() const { return actions_; }
  QAction* Find(const QString& name) const;  // asserts that there is one
  QString MenuOf(const QAction* action) const;
  QStringList Menus() const;  // in the order in which they came up

  // An empty reason enables the action; another is shown in its tip and in the palette.
  void SetReason(const QString& name, const QString& why_disabled);
  QString ReasonOf(const QAction* action) const;

 private:
  void UpdateTip(QAction* action);

  QWidget* window_;
  std::vector<QAction*> actions_;
};

}  // namespace mhc
