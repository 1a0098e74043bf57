// What a run loses without one of its streams, and with another mixing: the table of `mhc ablate`,
// computed by a process of its own at low priority that ends with the dialog.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QDialog>
#include <QProcess>
#include <filesystem>

class QLabel;
class QProgressBar;
class QTreeWidget;

namespace mhc {

class Look;

class AblationDialog : public QDialog {
  Q_OBJECT

 public:
  // Of the run's newest checkpoint.
  AblationDialog(const Look& look, const std::filesystem::path& run, QWidget* parent = nullptr);
  ~AblationDialog() override;

  qint64 process_id() const { return process_.processId(); }

 private:
  void TakeResult();
  QString WhyThereIsNothing();
  void Say(const QString& sentence, bool is_error);

  const Look& look_;
  QProcess process_;
  QLabel* said_;
  QProgressBar* progress_;
  QTreeWidget* table_;
};

}  // namespace mhc
