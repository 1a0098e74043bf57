#include "widgets/frame/site_axis.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>

#include "widgets/frame/whole_ticker.h"

namespace mhc {
void MakeSiteAxis(QCPAxis& axis) { axis.setTicker(QSharedPointer<WholeTicker>::create()); }

void SetSiteRange(QCPAxis& axis, int sites, double beside) {
  axis.setRange(-beside, std::max(sites, 1) - 1.0 + beside);
}

}  // namespace mhc
