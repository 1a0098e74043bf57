// The column from which the current run is steered: its constraint, its training, and every change
// that was made. It scrolls as a whole where the window is low.
//
// Thread rule: the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include <QScrollArea>

#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"

namespace mhc {

class SteeringColumn : public QScrollArea {
  Q_OBJECT

 public:
  SteeringColumn(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);
  void branchRequested(qint64 step);  // of the current run, as it is without what came there
};

}  // namespace mhc
