// Sends requests from the window to a run's inbox, and learns from the run's record what became of
// each. It never waits: a request that was sent is pending until its outcome is in the record, and
// is withdrawn where the engine ends or takes no notice of it for too long.
//
//   auto request = MakeRequest(run.configuration(), "learning_rate", "1e-3", {}, {});
//   if (request) auto id = sender.Send(run, *request);  // then settled(id, …), once
//
// A request whose run is closed in the window is left to its engine. Thread rule: the window's
// thread; placing a request writes one small file.
#pragma once

#include <QDateTime>
#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <string>
#include <vector>

#include "core/record/run/run_folder.h"
#include "widgets/document/run_document.h"

namespace mhc {

struct PendingRequest {
  InterventionRequest request;  // with the id under which its outcome will stand
  QString text;                 // "constraint → unconstrained"
  QDateTime sent;
};

class RequestSender : public QObject {
  Q_OBJECT

 public:
  static constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(60);

  explicit RequestSender(QObject* parent = nullptr, std::chrono::milliseconds patience = kPatience);

  // The id of the placed request. Error, at once and in a sentence for the person, where no engine
  // holds the run or its inbox cannot be written; nothing is then pending or settled.
  Result<std::string> Send(RunDocument& run, InterventionRequest request);

  // In the order in which they were sent.
  std::vector<PendingRequest> PendingOf(const RunDocument& run) const;

 Q_SIGNALS:
  void pendingChanged();
  // Once a request: applied or refused by the engine, or withdrawn by us, with a sentence.
  void settled(const QString& id, bool applied, const QString& sentence);

 private:
  struct Sent {
    PendingRequest pending;
    RunDocument* run;
    RunFolder folder;
    QDeadlineTimer deadline;
    bool withdrawable = true;  // no engine took it yet, as far as we know
    bool engine_was_gone = false;
  };
  void TakeOutcomes(RunDocument& run);
  void Forget(RunDocument& run);
  void LookAfter();
  // Takes the request back where its time is up; the sentence that settles it, empty where it waits
  // on.
  QString Overdue(Sent& sent) const;
  void Settle(std::size_t index, bool applied, const QString& sentence);

  const std::chrono::milliseconds patience_;
  std::vector<Sent> sent_;
  QTimer timer_;
};

}  // namespace mhc
