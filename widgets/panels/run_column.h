// The column of the runs: the table of those that are open, what differs between them, the current
// one's numbers at the cursor, and its alerts. It scrolls as a whole.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QScrollArea>

#include "widgets/document/view_context.h"

namespace mhc {

class RunTable;

class RunColumn : public QScrollArea {
  Q_OBJECT

 public:
  explicit RunColumn(const ViewContext& context, QWidget* parent = nullptr);

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);
  void closeRequested(RunDocument* run);
};

}  // namespace mhc
