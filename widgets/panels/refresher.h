// Brings a panel up to date when something that it shows has changed: at once where the panel is
// visible, else when it is next shown. A hidden panel costs nothing.
//
// Thread rule: the window's thread. Lifetime: of the panel, which owns it.
#pragma once

#include <QObject>
#include <QWidget>
#include <functional>

#include "widgets/views/view_context.h"

namespace mhc {

class Refresher : public QObject {
  Q_OBJECT

 public:
  // Calls `refresh` after changes of the record, the runs, the current run, the step and the look.
  Refresher(const ViewContext& context, QWidget* panel, std::function<void()> refresh);

  // For what a panel shows beside those.
  void MarkStale();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void Refresh();

  QWidget* panel_;
  std::function<void()> refresh_;
  bool stale_ = true;
};

}  // namespace mhc
