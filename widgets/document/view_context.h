// What every view is given: the runs, the step and the site that all views show, and the look.
// Lifetime: outlives the views.
#pragma once

#include <QObject>

#include "widgets/document/run_selection.h"
#include "widgets/document/step_cursor.h"
#include "widgets/look/look.h"

namespace mhc {

// The site that all views show. Thread rule: the window's thread.
class SiteCursor : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  int site() const { return site_; }
  void SetSite(int site) {
    if (site == site_ || site < 0) return;
    site_ = site;
    Q_EMIT changed();
  }

 Q_SIGNALS:
  void changed();

 private:
  int site_ = 0;
};

struct ViewContext {
  RunSelection& runs;
  StepCursor& step;
  SiteCursor& site;
  Look& look;
};

// "site 7 · MLP of block 3", "all sites" where site is −1.
QString SiteText(int site);

}  // namespace mhc
