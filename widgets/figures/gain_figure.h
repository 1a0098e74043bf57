// Figures 3 and 7 of arXiv 2512.24880: forward and backward gain of every site alone, and of the
// composites, against depth, mean over tokens. Runs that differ only in their seed are one line
// with a band.
//
// Thread rule: the window's thread.
#pragma once

#include <optional>

#include "widgets/figures/panel_figure.h"
#include "widgets/measures/site_gain.h"

namespace mhc {

class GainFigure : public PanelFigure {
  Q_OBJECT

 public:
  // Figure 3 has logarithmic axes, Figure 7 linear ones from 0.
  GainFigure(const ViewContext& context, const QString& name, bool is_logarithmic);

 protected:
  PaperSheet Sheet(const std::vector<SeedFold>& folds, QString& why) override;

 private:
  // Over the runs of a fold, by site; empty where a snapshot is on its way.
  std::optional<std::vector<SiteGain>> FoldGains(const SeedFold& fold, const char* kind,
                                                 QString& why) const;

  const bool is_logarithmic_;
};

}  // namespace mhc
