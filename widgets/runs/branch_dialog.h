// What a branch of a run is to be: from which checkpoint, with what that differs, and where.
//
// Thread rule: the window's thread. Lifetime: the run may be closed meanwhile; what was read of it
// when the dialog opened stays.
#pragma once

#include <QDialog>
#include <filesystem>
#include <vector>

#include "widgets/document/run_document.h"
#include "widgets/look/look.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace mhc {

class BranchDialog : public QDialog {
  Q_OBJECT

 public:
  // Begins at the checkpoint at or before `step`.
  BranchDialog(const Look& look, const RunDocument& run, std::int64_t step,
               QWidget* parent = nullptr);

  const std::filesystem::path& parent_run() const { return run_; }
  std::int64_t step() const;
  std::filesystem::path branch() const;
  QStringList settings() const;  // KEY=VALUE of what differs

 private:
  void AddCheckpoints(const RunDocument& run, std::int64_t step);
  QLineEdit* AddLine(QFormLayout& form, const char* key, const QString& label,
                     const QString& as_it_is);
  void TakeStep();
  void Check();
  QString LeftOut() const;

  const std::filesystem::path run_;
  const Configuration configuration_;
  const std::vector<Intervention> interventions_;
  QComboBox* checkpoint_;
  QComboBox* constraint_;
  QLineEdit *rate_ = nullptr, *clip_ = nullptr, *steps_ = nullptr;
  QLineEdit* folder_;
  QLabel* note_;
  QLabel* fault_;
  QPushButton* start_;
};

}  // namespace mhc
