// Ticks at whole numbers only, for axes of what is counted: steps, sites.
//
// Thread rule: the window's thread.
#pragma once

#include "widgets/look/custom_plot.h"

namespace mhc {

class WholeTicker : public QCPAxisTicker {
 protected:
  double getTickStep(const QCPRange& range) override;
  QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

}  // namespace mhc
