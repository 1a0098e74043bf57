// One of our programs, started beside this one as a process of its own that outlives the window.
//
// Thread rule: the window's thread.
#pragma once

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <string>

namespace mhc {

class DetachedProcess {
 public:
  // What went wrong in a sentence; empty where it was started.
  QString Start(const QString& program, const QStringList& words);

  qint64 id() const { return id_; }  // 0 before the start
  // A process that we did not make ourselves cannot be waited for, only asked after.
  bool IsThere() const;
  // The last sentence on its standard error.
  QString LastWords() const;

 private:
  QTemporaryDir folder_;
  qint64 id_ = 0;
};

// Ours, with what an engine needs from its first moment on.
QProcessEnvironment EngineEnvironment();
// ProgramBeside() as Qt takes it; empty where the place of this program cannot be read.
QString PathBeside(const std::string& name);

}  // namespace mhc
