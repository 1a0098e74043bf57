#include "widgets/runs/detached_process.h"

#include <signal.h>

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <cerrno>

#include "core/record/run/engine_environment.h"
#include "core/record/run/program_beside.h"

namespace mhc {

QString DetachedProcess::Start(const QString& program, const QStringList& words) {
  QProcess process;
  process.setProgram(program);
  process.setArguments(words);
  process.setProcessEnvironment(EngineEnvironment());
  process.setStandardInputFile(QProcess::nullDevice());
  process.setStandardOutputFile(QProcess::nullDevice());
  process.setStandardErrorFile(folder_.filePath("said"));
  if (process.startDetached(&id_)) return {};
  return QCoreApplication::translate("DetachedProcess", "%1 cannot be started: %2")
      .arg(program, process.errorString());
}

bool DetachedProcess::IsThere() const {
  return id_ != 0 && (kill(static_cast<pid_t>(id_), 0) == 0 || errno == EPERM);
}

QString DetachedProcess::LastWords() const {
  QFile file(folder_.filePath("said"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QStringList lines = QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
  const QString last = lines.isEmpty() ? QString() : lines.last();
  return last.startsWith("mhc: ") ? last.mid(5) : last;
}

QProcessEnvironment EngineEnvironment() {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const EngineVariable& variable : kEngineVariables) {
    if (!environment.contains(variable.name)) environment.insert(variable.name, variable.value);
  }
  return environment;
}

QString PathBeside(const std::string& name) {
  const auto path = ProgramBeside(name);
  return path ? QString::fromStdString(path->string()) : QString();
}

}  // namespace mhc
