// What of the training can be changed while the current run goes on: a row a kind of intervention
// that sets one value, made from their declarations.
//
// Thread rule: the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"
#include "widgets/panels/setting_row.h"
#include "widgets/panels/steering_note.h"

namespace mhc {

class TrainingPanel : public QWidget {
  Q_OBJECT

 public:
  TrainingPanel(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);

 private:
  void Refresh();

  const ViewContext context_;
  SteeringNote* why_not_;
  std::vector<SettingRow*> rows_;
};

}  // namespace mhc
