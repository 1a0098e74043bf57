#include "widgets/frame/step_axis.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>
#include <cmath>

#include "widgets/frame/whole_ticker.h"

namespace mhc {

double StepAxisEnd(std::int64_t last) {
  constexpr double kBeside = 0.01;  // of the steps, after the last
  if (last < 1) return 1.0 + kBeside;
  const double step =
      std::max(1.0, std::pow(10.0, std::floor(std::log10(static_cast<double>(last)))) / 20.0);
  return (1.0 + kBeside) * step * std::ceil(static_cast<double>(last) / step);
}

void MakeStepAxis(QCPAxis& axis) { axis.setTicker(QSharedPointer<WholeTicker>::create()); }

}  // namespace mhc
