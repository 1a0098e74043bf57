// Progress of a run on standard error: one line that moves on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/train/experiment/experiment.h"

namespace mhc {

class ProgressDisplay : public ExperimentObserver {
 public:
  // `log` receives every message too: the run's engine.log, set once the folder is there.
  ProgressDisplay();
  void OpenLog(const std::filesystem::path& file);

  void OnProgress(const Progress& progress) override;
  void OnMessage(const std::string& sentence) override;
  // Ends the moving line.
  void Finish();

 private:
  void WriteLog(const std::string& line);

  bool terminal_;
  std::chrono::steady_clock::time_point shown_;
  std::optional<double> validation_loss_;
  bool line_open_ = false;
  std::filesystem::path log_;
};

}  // namespace mhc
