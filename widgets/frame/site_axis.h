// An axis of sites: whole numbers from 0, with half a site of room at both ends.
//
// Thread rule: the window's thread.
#pragma once

class QCPAxis;

namespace mhc {

void MakeSiteAxis(QCPAxis& axis);
// Holds that many sites (at least one); `beside` of a site stands beside the first and the last.
void SetSiteRange(QCPAxis& axis, int sites, double beside);

}  // namespace mhc
