// What the dial is set to: the constraint with its options, the study's numbers, and logits that
// were given by hand or fitted to a site of a run.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QScrollArea>
#include <vector>

#include "widgets/dial/dial_study.h"

class QComboBox;
class QLabel;
class QSlider;
class QTableWidget;
class QVBoxLayout;

namespace mhc {

class DeclaredField;
class Look;
class OptionForm;

class DialControls : public QScrollArea {
  Q_OBJECT

 public:
  explicit DialControls(const Look& look, QWidget* parent = nullptr);

  // What the fields say; error where one of them is out of range.
  Result<DialInput> Input() const;
  // The constraint with logits whose map is as near to the matrix as it can be, in every layer.
  // Refused where the matrix has entries that are no number, or too large to be fitted, or a size
  // that the constraint does not allow; nothing changes then.
  Status TakeMatrix(const ConstraintChoice& choice, const Matrix& matrix, const QString& of_what);
  void ShowFault(const QString& sentence);  // empty: none

 Q_SIGNALS:
  void turned(bool by_slider);

 private:
  enum class Logits { kRandom, kGiven };
  void BuildForm(QVBoxLayout& column);
  void BuildLogits(QVBoxLayout& column);
  void ChooseConstraint();
  void TakeOptions();
  void ShowLogits(const std::vector<double>& logits);
  std::vector<double> LogitsInTable() const;
  void UpdateFields();
  DepthStudyOptions Options() const;

  const Look& look_;
  ConstraintChoice choice_;
  QComboBox* constraint_;
  OptionForm* options_;
  QSlider* iterations_;
  QLabel* iterations_label_;
  std::vector<DeclaredField*> fields_;  // of DepthStudyKeys(), in their order
  QComboBox* source_;
  QLabel* of_what_;
  QTableWidget* table_;
  QLabel* fault_;
  bool fills_ = false;  // fields are being set by the program
};

}  // namespace mhc
