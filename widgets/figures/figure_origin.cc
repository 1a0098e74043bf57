#include "widgets/figures/figure_origin.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QStringList>

#include "core/record/run/run_folder.h"
#include "widgets/document/run_selection.h"

namespace mhc {
namespace {

QString HashOf(const std::filesystem::path& configuration) {
  QFile file(QString::fromStdString(configuration.string()));
  QCryptographicHash hash(QCryptographicHash::Sha256);
  if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file)) return {};
  return QString::fromLatin1(hash.result().toHex());
}

}  // namespace

QString FigureOrigin::RunsText() const {
  QStringList parts;
  for (const FigureRun& run : runs) {
    const QString hash = run.configuration_hash.isEmpty() ? QStringLiteral("unknown")
                                                          : "sha256:" + run.configuration_hash;
    parts << QStringLiteral("run %1 (%2), configuration %3").arg(run.id, run.name, hash);
  }
  return parts.join(QStringLiteral("; "));
}

FigureOrigin OriginOf(const RunSelection& runs) {
  FigureOrigin origin;
  origin.program =
      QCoreApplication::applicationName() + ' ' + QCoreApplication::applicationVersion();
  for (const SelectedRun& run : runs.runs()) {
    const RunDocument& document = *run.document;
    if (!run.shown || !document.loaded()) continue;
    origin.runs.push_back({QString::fromStdString(document.description().id), document.Name(),
                           HashOf(document.path() / "run.toml")});
  }
  return origin;
}

}  // namespace mhc
