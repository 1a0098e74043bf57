// In the place of the views while the current run cannot be read: one sentence, and the ways out.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QLabel>
#include <QWidget>

#include "widgets/document/view_context.h"

namespace mhc {

class RunFault : public QWidget {
  Q_OBJECT

 public:
  explicit RunFault(const ViewContext& context, QWidget* parent = nullptr);

  // True where the current run has a fault to show.
  bool Holds() const;
  // Says what is wrong with the current run.
  void Refresh();

 Q_SIGNALS:
  void closeRequested(RunDocument* run);
  void openRequested();  // another one instead

 private:
  const ViewContext context_;
  QLabel* sentence_;
};

}  // namespace mhc
