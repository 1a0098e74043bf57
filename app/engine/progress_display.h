// Progress of a run on standard error: one line that moves on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/train/experiment/experiment.h"

namespace mhc {

// The moving line on a terminal of so many columns, with a bar where there is room for one and
// without the parts that there is none for: never longer than the terminal is wide. Pure.
std::string ProgressLine(const Progress& progress, const std::optional<double>& validation_loss,
                         int columns, bool utf8);

class ProgressDisplay : public ExperimentObserver {
 public:
  ProgressDisplay();
  // From here on every message goes to the run's engine.log too, where that is a file.
  void OpenLog(const OpenFolder& run);

  void OnProgress(const Progress& progress) override;
  void OnMessage(const std::string& sentence) override;
  // Ends the moving line.
  void Finish();

 private:
  void WriteLog(const std::string& line);

  bool moves_;  // the line: a terminal that takes escape codes
  std::chrono::steady_clock::time_point shown_;
  std::optional<double> validation_loss_;
  bool line_open_ = false;
  OwnedDescriptor log_{-1};
};

}  // namespace mhc
