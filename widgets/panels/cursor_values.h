// AT THE CURSOR: the main numbers of the current run at the step that all views show.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/views/view_context.h"

class QLabel;

namespace mhc {

class CursorValues : public QWidget {
  Q_OBJECT

 public:
  explicit CursorValues(const ViewContext& context, QWidget* parent = nullptr);

 private:
  void Refresh();

  const ViewContext context_;
  QLabel* step_;
  std::vector<QLabel*> names_, values_;  // in the order of the table in the .cc
};

}  // namespace mhc
