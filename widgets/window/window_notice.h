// What the window says of its own for a moment, over its lower edge: nothing moves when it comes
// and goes.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QLabel>
#include <QTimer>

#include "widgets/look/look.h"

namespace mhc {

class WindowNotice : public QLabel {
  Q_OBJECT

 public:
  // Over `parent`, whose size it follows.
  WindowNotice(const Look& look, QWidget* parent);

  // Until it is cleared, or for `milliseconds`.
  void Say(const QString& sentence, int milliseconds = 0);
  void Clear();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;

 private:
  void ApplyLook();
  void Place();

  const Look& look_;
  QTimer ends_;
};

}  // namespace mhc
