// A button of a name and a quiet sentence of up to two lines, elided where there is no room.
//
// Thread rule: the window's thread.
#pragma once

#include <QAbstractButton>

namespace mhc {

class Look;

class CardButton : public QAbstractButton {
  Q_OBJECT

 public:
  CardButton(const Look& look, const QString& name, const QString& sentence,
             QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  const Look& look_;
  QString sentence_;
};

}  // namespace mhc
