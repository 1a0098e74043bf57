#include "widgets/runs/study_launch.h"

#include "core/formats/person_text.h"
#include "core/record/run/run_folder.h"
#include "core/record/run/run_status.h"

namespace mhc {
namespace {

constexpr int kStudyLook_ms = 500;

}  // namespace

StudyLaunch::StudyLaunch(QObject* parent) : QObject(parent) {
  timer_.setInterval(kStudyLook_ms);
  connect(&timer_, &QTimer::timeout, this, &StudyLaunch::Look);
}

void StudyLaunch::Start(const Study& study) {
  const std::filesystem::path folder = RunFolder::DefaultPath("study").parent_path() / study.name;
  title_ = QString::fromStdString(study.title);
  for (const StudyRun& run : study.RunsOfSeeds(study.seeds)) runs_.push_back(folder / run.name);
  awaited_ = runs_;
  const QString fault =
      process_.Start(PathBeside("mhc"), {"study", QString::fromStdString(study.name), "--run",
                                         QString::fromStdString(folder.string())});
  if (!fault.isEmpty()) {
    Q_EMIT failed(fault);
    return;
  }
  timer_.start();
}

void StudyLaunch::Look() {
  const bool there = process_.IsThere();
  while (!awaited_.empty()) {
    const auto folder = RunFolder::Open(awaited_.front());
    std::error_code error;
    if (!folder || !std::filesystem::exists(folder->record_path(), error)) break;
    const std::filesystem::path run = awaited_.front();
    awaited_.erase(awaited_.begin());
    Q_EMIT runBegan(run);
  }
  if (there) return;
  timer_.stop();
  const QString words = process_.LastWords();
  for (const std::filesystem::path& run : runs_) {
    if (!words.contains(QStringLiteral("was stopped at step"))) break;
    const auto status = ReadRunStatus(run);
    if (!status || status->state != RunState::kStopped) continue;
    Q_EMIT stopped(tr("%1: %2 was stopped at step %3. What was trained is kept; the study goes on "
                      "from there when it is trained again.")
                       .arg(title_, QString::fromStdString(run.filename().string()),
                            QString::fromStdString(StepText(status->step))));
    return;
  }
  if (awaited_.empty()) {
    Q_EMIT ended();
    return;
  }
  Q_EMIT failed(words.isEmpty() ? tr("The study ended at once without a word.") : words);
}

}  // namespace mhc
