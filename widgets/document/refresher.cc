#include "widgets/document/refresher.h"

#include <QEvent>

namespace mhc {

Refresher::Refresher(const ViewContext& context, QWidget* widget, std::function<void()> refresh)
    : QObject(widget), widget_(widget), refresh_(std::move(refresh)) {
  widget->installEventFilter(this);
  // At once: a run that was closed must not be drawn any more.
  connect(&context.runs, &RunSelection::runsChanged, this, &Refresher::MarkStale);
  connect(&context.runs, &RunSelection::currentChanged, this, &Refresher::MarkStale);
  connect(&context.look, &Look::changed, this, &Refresher::MarkStale);
  // A new step moves the cursor too: one refresh serves both.
  connect(&context.runs, &RunSelection::recordChanged, this, &Refresher::RefreshSoon);
  connect(&context.step, &StepCursor::changed, this, &Refresher::RefreshSoon);
  connect(&context.site, &SiteCursor::changed, this, &Refresher::RefreshSoon);
}

void Refresher::MarkStale() {
  stale_ = true;
  if (widget_->isVisible()) RefreshNow();
}

void Refresher::RefreshSoon() {
  stale_ = true;
  if (refreshes_soon_) return;
  refreshes_soon_ = true;
  const auto refresh = [this] {
    refreshes_soon_ = false;
    if (stale_ && widget_->isVisible()) RefreshNow();
  };
  QMetaObject::invokeMethod(this, refresh, Qt::QueuedConnection);
}

bool Refresher::eventFilter(QObject* watched, QEvent* event) {
  if (watched == widget_ && event->type() == QEvent::Show && stale_) RefreshNow();
  return QObject::eventFilter(watched, event);
}

void Refresher::RefreshNow() {
  stale_ = false;
  refresh_();
}

}  // namespace mhc
