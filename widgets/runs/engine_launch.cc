#include "widgets/runs/engine_launch.h"

#include <signal.h>

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <cerrno>

#include "core/record/engine_environment.h"
#include "core/record/run_folder.h"

namespace mhc {
namespace {

constexpr int kLook_ms = 50;

// A process that we did not make ourselves cannot be waited for, only asked after.
bool IsThere(qint64 process_id) {
  return kill(static_cast<pid_t>(process_id), 0) == 0 || errno == EPERM;
}

}  // namespace

EngineLaunch::EngineLaunch(QObject* parent, std::chrono::milliseconds patience)
    : QObject(parent),
      program_(QCoreApplication::applicationDirPath() + "/mhc-engine"),
      patience_(patience) {
  timer_.setInterval(kLook_ms);
  connect(&timer_, &QTimer::timeout, this, &EngineLaunch::Look);
}

void EngineLaunch::Start(const QStringList& words, const std::filesystem::path& run) {
  run_ = run;
  QProcess process;
  process.setProgram(program_);
  process.setArguments(words);
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  if (!environment.contains(kSpinVariable)) environment.insert(kSpinVariable, kSpinCount);
  process.setProcessEnvironment(environment);
  process.setStandardInputFile(QProcess::nullDevice());
  process.setStandardOutputFile(QProcess::nullDevice());
  process.setStandardErrorFile(folder_.filePath("said"));
  if (!process.startDetached(&process_id_)) {
    Q_EMIT failed(tr("%1 cannot be started: %2").arg(program_, process.errorString()));
    return;
  }
  deadline_ = QDeadlineTimer(patience_);
  timer_.start();
}

// The last sentence on standard error.
QString EngineLaunch::LastWords() const {
  QFile file(folder_.filePath("said"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QStringList lines = QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
  QString last = lines.isEmpty() ? QString() : lines.last();
  return last.startsWith("mhc: ") ? last.mid(5) : last;
}

void EngineLaunch::Look() {
  const bool there = IsThere(process_id_);
  const auto folder = RunFolder::Open(run_);
  const auto holder = folder ? folder->Holder() : std::nullopt;
  // A short run may have ended before it was looked at: its record says so.
  const bool over = !there && folder && std::filesystem::exists(folder->record_path()) &&
                    !LastWords().isEmpty() && LastWords() == "finished";
  if ((holder && holder->process_id == process_id_) || over) {
    timer_.stop();
    Q_EMIT started();
  } else if (!there) {
    timer_.stop();
    const QString words = LastWords();
    Q_EMIT failed(words.isEmpty() ? tr("The engine ended at once without a word.") : words);
  } else if (deadline_.hasExpired()) {
    timer_.stop();
    Q_EMIT failed(tr("The engine (process %1) has not begun the run within %2 s; its run can be "
                     "opened when it "
                     "does.")
                      .arg(process_id_)
                      .arg(std::chrono::duration<double>(patience_).count()));
  }
}

}  // namespace mhc
