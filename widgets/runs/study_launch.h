// Trains a study by a process of its own, which outlives the window, and tells which of its runs
// have begun.
//
// Thread rule: the window's thread.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <vector>

#include "core/record/run/study.h"
#include "widgets/runs/detached_process.h"

namespace mhc {

class StudyLaunch : public QObject {
  Q_OBJECT

 public:
  explicit StudyLaunch(QObject* parent = nullptr);

  // Into a folder beside the other runs. One launch an object.
  void Start(const Study& study);

 Q_SIGNALS:
  void runBegan(const std::filesystem::path& run);
  void ended();  // every run has begun and the process is done
  // A run of it was stopped, as a run is by a person; what was trained is kept.
  void stopped(const QString& sentence);
  void failed(const QString& sentence);  // it could not be started, or ended before its runs

 private:
  void Look();

  QString title_;
  std::vector<std::filesystem::path> runs_;
  std::vector<std::filesystem::path> awaited_;  // runs that have not begun
  DetachedProcess process_;
  QTimer timer_;
};

}  // namespace mhc
