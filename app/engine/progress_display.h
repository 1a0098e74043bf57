// Progress of a run on standard error: one line that moves on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/train/experiment.h"

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

// "3 m 02 s", "1 h 04 m", "12 s".
std::string DurationText(double seconds);
// "41k", "1.2M", "870".
std::string CountText(double count);

}  // namespace mhc
