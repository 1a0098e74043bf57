// How the time of a training step grows on this machine, as a sweep found it: against channels,
// streams, blocks and tokens, measured and as the fit has it that `mhc plan` and a new run's
// duration rest on.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QDialog>
#include <filesystem>
#include <vector>

#include "core/plan/machine_sweep.h"
#include "widgets/figures/line_panel.h"

class QLabel;

namespace mhc {

class Look;

// A panel a size, of the points with that many threads that differ from the most common sizes in it
// alone; the mixing's and the plain model's, each measured (a line) and fitted (dots).
std::vector<LinePanel> ScalePanels(const MachineSweep& sweep, std::int64_t threads,
                                   const Look& look);

class MachineDialog : public QDialog {
  Q_OBJECT

 public:
  explicit MachineDialog(const Look& look, const std::filesystem::path& sweep = SweepFile(),
                         QWidget* parent = nullptr);

 private:
  void ShowSweep(const MachineSweep& sweep, std::int64_t threads);

  const Look& look_;
  QLabel* said_;
  std::vector<LinePanelPlot*> plots_;
};

}  // namespace mhc
