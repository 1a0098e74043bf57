#include "widgets/runs/engine_launch.h"

#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

constexpr int kEngineLook_ms = 50;

}  // namespace

EngineLaunch::EngineLaunch(QObject* parent, std::chrono::milliseconds patience)
    : QObject(parent), program_(PathBeside("mhc-engine")), patience_(patience) {
  timer_.setInterval(kEngineLook_ms);
  connect(&timer_, &QTimer::timeout, this, &EngineLaunch::Look);
}

void EngineLaunch::Start(const QStringList& words, const std::filesystem::path& run) {
  run_ = run;
  const QString fault = process_.Start(program_, words);
  if (!fault.isEmpty()) {
    Q_EMIT failed(fault);
    return;
  }
  deadline_ = QDeadlineTimer(patience_);
  timer_.start();
}

void EngineLaunch::Look() {
  const bool there = process_.IsThere();
  const auto folder = RunFolder::Open(run_);
  const auto holder = folder ? folder->Holder() : std::nullopt;
  // A short run may have ended before it was looked at, or been stopped: its record says so.
  const QString last = there ? QString() : process_.LastWords();
  const bool over = !there && folder && std::filesystem::exists(folder->record_path()) &&
                    (last == "finished" || last.startsWith("stopped"));
  if ((holder && holder->process_id == process_.id()) || over) {
    timer_.stop();
    Q_EMIT started();
  } else if (!there) {
    timer_.stop();
    const QString words = process_.LastWords();
    Q_EMIT failed(words.isEmpty() ? tr("The engine ended at once without a word.") : words);
  } else if (deadline_.hasExpired()) {
    timer_.stop();
    Q_EMIT failed(tr("The engine (process %1) has not begun the run within %2 s; its run can be "
                     "opened when it "
                     "does.")
                      .arg(process_.id())
                      .arg(std::chrono::duration<double>(patience_).count()));
  }
}

}  // namespace mhc
