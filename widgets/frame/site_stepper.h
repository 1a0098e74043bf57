// The site that all views show, in the header of a view: ‹ site 7 · MLP of block 3 ›.
//
// Thread rule: the window's thread. Lifetime: borrows the cursor and the look.
#pragma once

#include <QWidget>

#include "widgets/document/view_context.h"

namespace mhc {

class HeaderButton;
class HeaderChoice;

class SiteStepper : public QWidget {
  Q_OBJECT

 public:
  SiteStepper(SiteCursor& cursor, const Look& look, QWidget* parent = nullptr);

  // Of the run that is shown.
  void SetSites(int sites);
  // The cursor's site, cut to those there are.
  int site() const;

 private:
  void ShowSite();
  void Go(int sites);

  SiteCursor& cursor_;
  int sites_ = 1;
  HeaderButton* back_;
  HeaderChoice* choice_;
  HeaderButton* on_;
};

}  // namespace mhc
