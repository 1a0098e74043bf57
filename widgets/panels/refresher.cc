#include "widgets/panels/refresher.h"

#include <QEvent>

namespace mhc {

Refresher::Refresher(const ViewContext& context, QWidget* panel, std::function<void()> refresh)
    : QObject(panel), panel_(panel), refresh_(std::move(refresh)) {
  panel->installEventFilter(this);
  connect(&context.runs, &RunSelection::recordChanged, this, &Refresher::MarkStale);
  connect(&context.runs, &RunSelection::runsChanged, this, &Refresher::MarkStale);
  connect(&context.runs, &RunSelection::currentChanged, this, &Refresher::MarkStale);
  connect(&context.step, &StepCursor::changed, this, &Refresher::MarkStale);
  connect(&context.look, &Look::changed, this, &Refresher::MarkStale);
}

void Refresher::MarkStale() {
  stale_ = true;
  if (panel_->isVisible()) Refresh();
}

bool Refresher::eventFilter(QObject* watched, QEvent* event) {
  if (watched == panel_ && event->type() == QEvent::Show && stale_) Refresh();
  return QObject::eventFilter(watched, event);
}

void Refresher::Refresh() {
  stale_ = false;
  refresh_();
}

}  // namespace mhc
