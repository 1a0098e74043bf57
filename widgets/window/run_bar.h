// The tool bar: the actions that a hand wants most, with their signs, and the search of all.
//
// Thread rule: the window's thread. Lifetime: borrows the registry and the look.
#pragma once

#include <QToolBar>

#include "widgets/actions/action_registry.h"

class QToolButton;

namespace mhc {

class Look;

class RunBar : public QToolBar {
  Q_OBJECT

 public:
  RunBar(ActionRegistry& actions, const Look& look, QWidget* parent = nullptr);

  // Pause becomes "go on" while the run is paused.
  void SetPaused(bool paused);

 private:
  void ShowSigns();

  ActionRegistry& actions_;
  const Look& look_;
  QToolButton* search_;
  bool paused_ = false;
};

}  // namespace mhc
