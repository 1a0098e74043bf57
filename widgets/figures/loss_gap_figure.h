// Figures 2 and 5 of arXiv 2512.24880: the gap of the training loss to a reference at equal steps,
// and the gradient norm, smoothed. Runs that differ only in their seed are one line with a band.
//
// Thread rule: the window's thread.
#pragma once

#include "widgets/figures/panel_figure.h"

namespace mhc {

class LossGapFigure : public PanelFigure {
  Q_OBJECT

 public:
  // The reference is the first run of that connection ("mhc": Figure 2, "residual": Figure 5), or
  // the first run of all where none has it.
  LossGapFigure(const ViewContext& context, const QString& name, std::string reference_connection);

 protected:
  PaperSheet Sheet(const std::vector<SeedFold>& folds, QString& why) override;

 private:
  const std::string reference_connection_;
};

}  // namespace mhc
