// Starts an engine as a process of its own, which outlives the window, and tells what became of it:
// it holds the run's lock, or it ended with a sentence.
//
// Thread rule: the window's thread.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QTimer>
#include <filesystem>

namespace mhc {

class EngineLaunch : public QObject {
  Q_OBJECT

 public:
  explicit EngineLaunch(QObject* parent = nullptr);

  // "train CONFIG --run DIR …" or "resume DIR" of mhc-engine, which stands beside this program.
  // One launch an object.
  void Start(const QStringList& words, const std::filesystem::path& run);
  const std::filesystem::path& run() const { return run_; }
  // For tests: another program in the engine's place.
  void SetProgram(const QString& program) { program_ = program; }

 Q_SIGNALS:
  void started();  // the engine holds the run
  void failed(
      const QString& sentence);  // it could not be started, ended at once, or never answered

 private:
  void Look();
  QString LastWords() const;

  QString program_;
  std::filesystem::path run_;
  QTemporaryDir folder_;
  qint64 process_id_ = 0;
  int waited_ms_ = 0;
  QTimer timer_;
};

}  // namespace mhc
