#include "widgets/frame/site_axis.h"

#include "widgets/look/custom_plot.h"

#include <algorithm>
#include <cmath>

namespace mhc {
namespace {

class SiteTicker : public QCPAxisTicker {
 protected:
  double getTickStep(const QCPRange& range) override {
    return std::max(1.0, std::ceil(QCPAxisTicker::getTickStep(range)));
  }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return QString::number(std::llround(tick));
  }
};

}  // namespace

void MakeSiteAxis(QCPAxis& axis) { axis.setTicker(QSharedPointer<SiteTicker>::create()); }

void SetSiteRange(QCPAxis& axis, int sites, double beside) {
  axis.setRange(-beside, std::max(sites, 1) - 1.0 + beside);
}

}  // namespace mhc
