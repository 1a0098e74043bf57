// Every change of the current run: at which step, what, how far it moved H, and what became of it;
// the pending ones at the end. A click puts all views to that step.
//
// Thread rule: the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"
#include "widgets/panels/step_table.h"

namespace mhc {

class InterventionTable : public StepTable {
  Q_OBJECT

 public:
  InterventionTable(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

 private:
  // Rows are made anew where one of these changed: outcomes are only added, or undone.
  struct Shown {
    ReaderThread::RunKey run = 0;
    std::size_t outcomes = 0, undone = 0, pending = 0;
    std::string newest_pending;
    bool operator==(const Shown&) const = default;
  };
  void Refresh();

  const ViewContext context_;
  RequestSender& sender_;
  Shown shown_;
};

}  // namespace mhc
