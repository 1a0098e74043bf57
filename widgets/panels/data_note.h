// DATA: what the current run was trained on, how much of it was read, and what was left out.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>

#include "widgets/document/view_context.h"

class QLabel;

namespace mhc {

class DataNote : public QWidget {
  Q_OBJECT

 public:
  explicit DataNote(const ViewContext& context, QWidget* parent = nullptr);

 private:
  void Refresh();

  const ViewContext context_;
  QLabel* read_;
  QLabel* left_out_;
};

}  // namespace mhc
