#include "widgets/document/view_context.h"

namespace mhc {

QString SiteText(int site) {
  if (site < 0) return QObject::tr("all sites");
  return QObject::tr("site %1 · %2 of block %3")
      .arg(site)
      .arg(site % 2 == 0 ? QObject::tr("attention") : QObject::tr("MLP"))
      .arg(site / 2);
}

}  // namespace mhc
