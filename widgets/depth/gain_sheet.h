// Gains against depth on a paper: a panel of forward and backward gains, and what names its bands.
//
// Thread rule: pure.
#pragma once

#include <QString>
#include <vector>

#include "widgets/frame/paper_panel.h"
#include "widgets/measures/site_gain.h"

namespace mhc {

class Look;

struct GainLines {
  QString name;  // of the run; empty where there is one alone
  std::vector<SiteGain> forward, backward;
  QPen pen;
  bool has_band = false;  // the deviation, and paler the extremes
};

PaperPanel GainPanel(const std::vector<GainLines>& runs, const QString& title,
                     bool is_logarithmic = true);
// Empty where no run has a band.
std::vector<PaperKey> GainKeys(const std::vector<GainLines>& runs, const Look& look);

}  // namespace mhc
