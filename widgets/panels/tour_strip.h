// One line above the views of a run of the preset `first-look`: what to look at, the composite's
// gain as it leaves 1, the one click that brings it back, and what came of it. All that it says is
// read from the record, so that it says the same when the run is opened again.
//
// Thread rule: the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>
#include <optional>

#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"

namespace mhc {

class TourStrip : public QWidget {
  Q_OBJECT

 public:
  TourStrip(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void Refresh();
  // Where nothing holds the mixing: the gain, and the way back to 1.
  void ShowFree(const RunDocument& run);
  // Where a constraint was brought back: what it did.
  void ShowHeld(const RunDocument& run, const Intervention& change);
  void Say(const QString& text, const QString& button);
  void Ask();

  const ViewContext context_;
  RequestSender& sender_;
  QLabel* text_;
  QPushButton* button_;
  QPushButton* close_;
  const char* asks_for_ = nullptr;              // the constraint of the button
  QString refusal_;                             // of the last click
  std::optional<ReaderThread::RunKey> closed_;  // by hand
  std::optional<ReaderThread::RunKey> refusal_of_;
};

}  // namespace mhc
