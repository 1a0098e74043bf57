#include "widgets/runs/study_launch.h"

#include "core/record/run/run_folder.h"

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
  for (const StudyRun& run : study.RunsOfSeeds(study.seeds)) awaited_.push_back(folder / run.name);
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
  if (awaited_.empty()) {
    Q_EMIT ended();
    return;
  }
  const QString words = process_.LastWords();
  Q_EMIT failed(words.isEmpty() ? tr("The study ended at once without a word.") : words);
}

}  // namespace mhc
