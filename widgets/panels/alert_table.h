// The alerts of the current run, the newest first. A click puts all views to that step.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include "widgets/document/view_context.h"
#include "widgets/panels/step_table.h"

namespace mhc {

class AlertTable : public StepTable {
  Q_OBJECT

 public:
  explicit AlertTable(const ViewContext& context, QWidget* parent = nullptr);

 private:
  void Refresh();

  const ViewContext context_;
};

}  // namespace mhc
