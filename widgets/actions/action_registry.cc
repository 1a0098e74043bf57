#include "widgets/actions/action_registry.h"

#include <QVariant>
#include <QWidget>
#include <algorithm>
#include <cassert>

namespace mhc {
namespace {

constexpr const char* kMenu = "menu";
constexpr const char* kTip = "plainTip";
constexpr const char* kReasonProperty = "reason";

}  // namespace

ActionRegistry::ActionRegistry(QWidget* window) : QObject(window), window_(window) {}

QAction* ActionRegistry::Add(const ActionDeclaration& declaration,
                             std::function<void()> triggered) {
  auto* action = new QAction(declaration.text, window_);
  action->setObjectName(declaration.name);
  action->setShortcut(declaration.shortcut);
  action->setCheckable(declaration.checkable);
  action->setProperty(kMenu, declaration.menu);
  action->setProperty(kTip, declaration.tip);
  window_->addAction(action);
  connect(action, &QAction::triggered, this, std::move(triggered));
  actions_.push_back(action);
  UpdateTip(action);
  return action;
}

QAction* ActionRegistry::Find(const QString& name) const {
  const auto found = std::find_if(actions_.begin(), actions_.end(), [&](const QAction* action) {
    return action->objectName() == name;
  });
  assert(found != actions_.end());
  return *found;
}

QString ActionRegistry::MenuOf(const QAction* action) const {
  return action->property(kMenu).toString();
}

QStringList ActionRegistry::Menus() const {
  QStringList menus;
  for (const QAction* action : actions_) {
    if (!menus.contains(MenuOf(action))) menus.append(MenuOf(action));
  }
  return menus;
}

void ActionRegistry::SetReason(const QString& name, const QString& why_disabled) {
  QAction* action = Find(name);
  if (ReasonOf(action) == why_disabled) return;
  action->setProperty(kReasonProperty, why_disabled);
  action->setEnabled(why_disabled.isEmpty());
  UpdateTip(action);
}

QString ActionRegistry::ReasonOf(const QAction* action) const {
  return action->property(kReasonProperty).toString();
}

void ActionRegistry::UpdateTip(QAction* action) {
  QString tip = action->property(kTip).toString();
  if (!action->shortcut().isEmpty()) {
    tip += QStringLiteral("  [%1]").arg(action->shortcut().toString(QKeySequence::NativeText));
  }
  const QString reason = ReasonOf(action);
  if (!reason.isEmpty()) tip += '\n' + reason;
  // No status tip: a status bar that comes with the pointer would move everything above it.
  action->setToolTip(tip);
}

}  // namespace mhc
