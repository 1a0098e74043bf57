#include "widgets/panels/request_sender.h"

#include <algorithm>

#include "core/record/intervention/inbox.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr int kLook_ms = 250;

}  // namespace

RequestSender::RequestSender(QObject* parent, std::chrono::milliseconds patience)
    : QObject(parent), patience_(patience) {
  timer_.setInterval(kLook_ms);
  connect(&timer_, &QTimer::timeout, this, &RequestSender::LookAfter);
}

Result<std::string> RequestSender::Send(RunDocument& run, InterventionRequest request) {
  auto folder = RunFolder::Open(run.path());
  if (!folder) return tl::unexpected(folder.error());
  if (!folder->Holder()) {
    return Fail("{}",
                tr("No engine runs %1: resume it to steer it.").arg(run.Name()).toStdString());
  }
  auto id = Inbox(folder->inbox_path()).Submit(request);
  if (!id) return id;
  request.id = *id;
  const QString text = ChangeText(request);
  if (PendingOf(run).empty()) {
    connect(&run, &RunDocument::changed, this, [this, &run] { TakeOutcomes(run); });
    connect(&run, &QObject::destroyed, this, [this, &run] { Forget(run); });
  }
  sent_.push_back({{std::move(request), text, QDateTime::currentDateTime()},
                   &run,
                   *std::move(folder),
                   QDeadlineTimer(patience_)});
  timer_.start();
  Q_EMIT pendingChanged();
  return id;
}

std::vector<PendingRequest> RequestSender::PendingOf(const RunDocument& run) const {
  std::vector<PendingRequest> pending;
  for (const Sent& sent : sent_) {
    if (sent.run == &run) pending.push_back(sent.pending);
  }
  return pending;
}

void RequestSender::TakeOutcomes(RunDocument& run) {
  for (std::size_t i = 0; i < sent_.size();) {
    const std::string& id = sent_[i].pending.request.id;
    const auto& rows = run.interventions();
    const auto outcome = std::find_if(
        rows.rbegin(), rows.rend(), [&](const Intervention& row) { return row.request.id == id; });
    if (sent_[i].run != &run || outcome == rows.rend()) {
      ++i;
      continue;
    }
    Settle(i, outcome->applied, OutcomeText(*outcome));
  }
}

void RequestSender::Forget(RunDocument& run) {
  if (std::erase_if(sent_, [&](const Sent& sent) { return sent.run == &run; }) == 0) return;
  Q_EMIT pendingChanged();
}

void RequestSender::LookAfter() {
  for (std::size_t i = 0; i < sent_.size();) {
    const QString sentence = Overdue(sent_[i]);
    if (sentence.isEmpty()) {
      ++i;
    } else {
      Settle(i, false, sentence);
    }
  }
  if (sent_.empty()) timer_.stop();
}

QString RequestSender::Overdue(Sent& sent) const {
  // The record is read by another thread: an engine that ended may have left the outcome in what
  // the document does not show yet. It shows all of it once it says that the run is not live.
  const bool gone = !sent.folder.Holder() && !sent.run->live();
  const bool ended = gone && sent.engine_was_gone;
  sent.engine_was_gone = gone;
  if (!ended && (!sent.withdrawable || !sent.deadline.hasExpired())) return {};
  const auto withdrawn = Inbox(sent.folder.inbox_path()).Withdraw(sent.pending.request.id);
  if (!withdrawn) return QString::fromStdString(withdrawn.error().message);
  if (ended) {
    return *withdrawn ? tr("The engine ended before it took the request, which was withdrawn.")
                      : tr("The engine ended with the request in hand; a resume will settle it.");
  }
  if (*withdrawn) {
    return tr("The engine took no notice within %1 s; the request was withdrawn.")
        .arg(std::chrono::duration<double>(patience_).count());
  }
  sent.withdrawable = false;  // the engine has it: its outcome comes
  return {};
}

void RequestSender::Settle(std::size_t index, bool applied, const QString& sentence) {
  const QString id = QString::fromStdString(sent_[index].pending.request.id);
  RunDocument* const run = sent_[index].run;
  sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(index));
  const bool waits = std::any_of(sent_.begin(), sent_.end(),
                                 [run](const Sent& other) { return other.run == run; });
  if (!waits) disconnect(run, nullptr, this, nullptr);
  Q_EMIT settled(id, applied, sentence);
  Q_EMIT pendingChanged();
}

}  // namespace mhc
