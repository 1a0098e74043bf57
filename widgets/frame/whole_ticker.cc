#include "widgets/frame/whole_ticker.h"

#include <cmath>

#include "widgets/words/number_words.h"

namespace mhc {

double WholeTicker::getTickStep(const QCPRange& range) {
  const double step = QCPAxisTicker::getTickStep(range);
  // Of 2.5 the next round number that is whole, not 3.
  if (step < 1.0) return 1.0;
  return step == std::floor(step) ? step : cleanMantissa(2.0 * step);
}

QString WholeTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
  return StepNumber(std::llround(tick));
}

}  // namespace mhc
