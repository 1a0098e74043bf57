#include "widgets/runs/recent_runs.h"

#include <QDir>
#include <QSettings>

namespace mhc {
namespace {

constexpr const char* kKey = "recentRuns";
constexpr int kMost = 12;

}  // namespace

void RememberRun(const std::filesystem::path& run) {
  QSettings settings;
  QStringList runs = settings.value(kKey).toStringList();
  const QString path = QString::fromStdString(run.string());
  runs.removeAll(path);
  runs.prepend(path);
  settings.setValue(kKey, QStringList(runs.mid(0, 2 * kMost)));
}

QStringList RecentRuns() {
  QStringList there;
  for (const QString& path : QSettings().value(kKey).toStringList()) {
    if (QDir(path).exists() && there.size() < kMost) there.append(path);
  }
  return there;
}

}  // namespace mhc
