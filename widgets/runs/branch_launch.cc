#include "widgets/runs/branch_launch.h"

#include <fmt/format.h>

#include "widgets/runs/detached_process.h"

namespace mhc {

BranchLaunch::BranchLaunch(QObject* parent) : QObject(parent) {
  connect(&process_, &QProcess::finished, this, &BranchLaunch::TakeResult);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) TakeResult();
  });
}

BranchLaunch::~BranchLaunch() {
  process_.disconnect(this);
  process_.kill();
  process_.waitForFinished(1000);
}

void BranchLaunch::Start(const std::filesystem::path& parent, std::int64_t step,
                         const std::filesystem::path& branch, const QStringList& settings) {
  branch_ = branch;
  QStringList words = {"fork",  QString::fromStdString(parent.string()),
                       "--at",  QString::number(step),
                       "--run", QString::fromStdString(branch.string())};
  for (const QString& setting : settings) words << QStringLiteral("--set") << setting;
  process_.start(PathBeside("mhc"), words);
}

void BranchLaunch::TakeResult() {
  const bool done = process_.error() != QProcess::FailedToStart &&
                    process_.exitStatus() == QProcess::NormalExit && process_.exitCode() == 0;
  if (done) {
    Q_EMIT made(branch_);
  } else {
    QString words = QString::fromUtf8(process_.readAllStandardError()).trimmed();
    if (words.startsWith(QStringLiteral("mhc: "))) words.remove(0, 5);
    Q_EMIT failed(words.isEmpty()
                      ? tr("mhc fork ended without a word: %1").arg(process_.errorString())
                      : words);
  }
  deleteLater();
}

std::filesystem::path BranchPath(const std::filesystem::path& run, std::int64_t step) {
  const std::string name = fmt::format("{}-from-{}", run.filename().string(), step);
  std::filesystem::path path = run.parent_path() / name;
  std::error_code ignored;
  for (int number = 2; std::filesystem::exists(path, ignored); ++number) {
    path = run.parent_path() / fmt::format("{}-{}", name, number);
  }
  return path;
}

}  // namespace mhc
