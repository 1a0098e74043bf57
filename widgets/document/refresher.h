// Brings a view or a panel up to date when something that it shows has changed: once a turn of the
// event loop where it is visible, else when it is next shown. Hidden it costs nothing.
//
// Thread rule: the window's thread. Lifetime: of the widget, which owns it.
#pragma once

#include <QObject>
#include <QWidget>
#include <functional>

#include "widgets/document/view_context.h"

namespace mhc {

class Refresher : public QObject {
  Q_OBJECT

 public:
  // Calls `refresh` after changes of the record, the runs, the current run, the step, the site and
  // the look.
  Refresher(const ViewContext& context, QWidget* widget, std::function<void()> refresh);

  // For what a widget shows beside those.
  void MarkStale();
  void RefreshNow();  // visible or not

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void RefreshSoon();

  QWidget* widget_;
  std::function<void()> refresh_;
  bool stale_ = true;
  bool refreshes_soon_ = false;
};

}  // namespace mhc
