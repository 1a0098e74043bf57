// AT THE CURSOR: the main numbers of the current run at the step that all views show.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "widgets/document/view_context.h"

class QGridLayout;
class QLabel;

namespace mhc {

class CursorValues : public QWidget {
  Q_OBJECT

 public:
  explicit CursorValues(const ViewContext& context, QWidget* parent = nullptr);

 private:
  void Refresh();
  // Orthogonal maps keep a norm and no sum: what is said of sums comes last then, under that name.
  void Arrange(bool is_orthogonal);

  const ViewContext context_;
  QLabel* step_;
  QGridLayout* grid_;
  std::optional<bool> arranged_as_orthogonal_;
  std::vector<QLabel*> names_, values_;  // in the order of the table in the .cc
};

}  // namespace mhc
