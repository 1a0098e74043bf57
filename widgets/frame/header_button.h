// A small text button in the header of a view: quiet, in the accent's colour while it is on.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QToolButton>

namespace mhc {

class Look;

class HeaderButton : public QToolButton {
  Q_OBJECT

 public:
  HeaderButton(const QString& text, const QString& tip, const Look& look,
               QWidget* parent = nullptr);

  // One that is not offered now is unseen and keeps its room, so that nothing beside it moves.
  void SetOffered(bool offered);

 private:
  void ApplyLook();

  const Look& look_;
};

}  // namespace mhc
