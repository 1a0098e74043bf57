// Any figure of the current runs into a file: which, its size in millimetres, where.
//
// Thread rule: the window's thread. Lifetime: borrows the runs and cursors.
#pragma once

#include <QDialog>
#include <memory>

#include "widgets/frame/view.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace mhc {

class ExportDialog : public QDialog {
  Q_OBJECT

 public:
  // The look of the window does not matter: figures are drawn in the light one.
  // `figure` is chosen at first; empty: the first one that there is.
  explicit ExportDialog(const ViewContext& context, const QString& figure = {},
                        QWidget* parent = nullptr);

 private:
  void MakeView();
  void Update();
  void Save();  // asks before it replaces a file
  void Write();

  Look light_;
  ViewContext context_;
  QComboBox* figure_;
  QDoubleSpinBox* width_;
  QDoubleSpinBox* height_;
  QLineEdit* file_;
  QLabel* preview_;
  QLabel* said_;
  QPushButton* save_;
  std::unique_ptr<View> view_;
};

}  // namespace mhc
