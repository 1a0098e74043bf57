// The runs that are open, a row a run: whether the plots show it, its line, its name, what it is
// doing, its loss. A click makes a run current; the menu has the rest.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QTableView>
#include <vector>

#include "widgets/document/view_context.h"

namespace mhc {

class RunTable : public QTableView {
  Q_OBJECT

 public:
  explicit RunTable(const ViewContext& context, QWidget* parent = nullptr);

  QSize sizeHint() const override;  // as high as its rows
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);
  void closeRequested(RunDocument* run);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  class Model;
  class Delegate;

  void Refresh();
  void FitColumns();
  RunDocument* RunAt(const QModelIndex& index) const;
  void Toggle(const QModelIndex& index);

  const ViewContext context_;
  Model* model_;
  int loss_width_ = 0;
};

}  // namespace mhc
