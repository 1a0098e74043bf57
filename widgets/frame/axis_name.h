// The name of a plot's lower axis, quiet, in the margin before its first tick: it takes no room.
//
// Thread rule: the window's thread. Lifetime: owned by the plot; borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QString>

namespace mhc {

class Look;

class AxisName : public QCPLayerable {
 public:
  AxisName(QCPAxisRect& rect, const Look& look, QString name);

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
  void draw(QCPPainter* painter) override;
  QRect clipRect() const override;

 private:
  QCPAxisRect& rect_;
  const Look& look_;
  const QString name_;
};

}  // namespace mhc
