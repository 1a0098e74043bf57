// Makes a branch of a run by `mhc fork`, which copies its record and may take a moment.
//
// Thread rule: the window's thread. One branch an object; it deletes itself after its signal.
#pragma once

#include <QObject>
#include <QProcess>
#include <QStringList>
#include <filesystem>
#include <string>

namespace mhc {

class BranchLaunch : public QObject {
  Q_OBJECT

 public:
  explicit BranchLaunch(QObject* parent = nullptr);
  ~BranchLaunch() override;

  // `settings` as --set takes them.
  void Start(const std::filesystem::path& parent, std::int64_t step,
             const std::filesystem::path& branch, const QStringList& settings = {});

 Q_SIGNALS:
  void made(const std::filesystem::path& branch);
  void failed(const QString& sentence);

 private:
  void TakeResult();

  std::filesystem::path branch_;
  QProcess process_;
};

// A free name beside a run: RUN-from-400, RUN-from-400-2.
std::filesystem::path BranchPath(const std::filesystem::path& run, std::int64_t step);

}  // namespace mhc
