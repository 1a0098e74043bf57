// One of several things, chosen from a menu in the header of a view. The button says which; where
// the header is narrow it says so in a shorter way.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QStringList>

#include "widgets/frame/header_button.h"

class QActionGroup;

namespace mhc {

class HeaderChoice : public HeaderButton {
  Q_OBJECT

 public:
  HeaderChoice(const QString& tip, const Look& look, QWidget* parent = nullptr);

  // The menu's entries; what is chosen stays, cut to those there are.
  void SetChoices(const QStringList& choices);
  int chosen() const { return chosen_; }
  void SetChosen(int index);  // without a signal
  // On the button; by itself it shows the chosen entry.
  void SetTexts(const QString& full, const QString& brief);

  // Not to be shown in the shorter way while others have room to give.
  void SetKeepsFull(bool keeps_full);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void chosenByHand(int index);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int WidthOf(const QString& text) const;
  void ShowChosen();

  QStringList choices_;
  QActionGroup* group_ = nullptr;
  int chosen_ = 0;
  QString full_, brief_;
  bool keeps_full_ = false;
};

}  // namespace mhc
