// Starts an engine as a process of its own, which outlives the window, and tells what became of it:
// it holds the run's lock, or it ended with a sentence.
//
// Thread rule: the window's thread.
#pragma once

#include <QDeadlineTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <chrono>
#include <filesystem>

#include "widgets/runs/detached_process.h"

namespace mhc {

class EngineLaunch : public QObject {
  Q_OBJECT

 public:
  static constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(2);

  // Patience ends where the engine is there and does not begin the run.
  explicit EngineLaunch(QObject* parent = nullptr, std::chrono::milliseconds patience = kPatience);

  // "train CONFIG --run DIR …" or "resume DIR" of mhc-engine, which stands beside this program.
  // One launch an object.
  void Start(const QStringList& words, const std::filesystem::path& run);
  const std::filesystem::path& run() const { return run_; }
  qint64 process_id() const { return process_.id(); }  // 0 before the start
  // For tests: another program in the engine's place.
  void SetProgram(const QString& program) { program_ = program; }

 Q_SIGNALS:
  void started();  // the engine holds the run
  void failed(
      const QString& sentence);  // it could not be started, ended at once, or never answered

 private:
  void Look();

  QString program_;
  std::filesystem::path run_;
  DetachedProcess process_;
  const std::chrono::milliseconds patience_;
  QDeadlineTimer deadline_;
  QTimer timer_;
};

}  // namespace mhc
