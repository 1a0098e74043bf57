#include "widgets/panels/intervention_table.h"

#include <QDateTime>
#include <QLocale>

#include "widgets/document/refresher.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

StepRow RowOf(const Intervention& intervention) {
  StepRow row;
  row.step = intervention.step;
  row.text = ChangeText(intervention);
  if (!intervention.applied) {
    // A request that could not be read has no kind; its reason says the rest.
    const bool readable = !intervention.request.kind.empty();
    row.text = (readable ? row.text + QStringLiteral(": ") : QString()) + OutcomeText(intervention);
    row.role = Role::kBad;
  } else if (intervention.undone) {
    row.role = Role::kQuietText;
    row.struck = true;
  }
  const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
  row.branches = intervention.applied && !intervention.undone && kind && kind->changes_training;
  if (intervention.matrix_jump) row.measure = DistanceCell(*intervention.matrix_jump);
  row.sign = intervention.applied ? StepRow::Sign::kApplied : StepRow::Sign::kRefused;
  const QDateTime time =
      QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(intervention.time * 1000.0));
  row.tip = QStringList({QString::fromStdString(intervention.value_text), OutcomeText(intervention),
                         QLocale().toString(time, QLocale::ShortFormat)})
                .join('\n')
                .trimmed();
  return row;
}

StepRow RowOf(const PendingRequest& pending) {
  StepRow row;
  row.text = InterventionTable::tr("%1, pending\u00a0…").arg(pending.text);
  row.role = Role::kAccentText;
  row.pending = true;
  row.tip = InterventionTable::tr("Sent at %1; the engine has not answered yet.")
                .arg(QLocale().toString(pending.sent.time(), QLocale::ShortFormat));
  return row;
}

}  // namespace

InterventionTable::InterventionTable(const ViewContext& context, RequestSender& sender,
                                     QWidget* parent)
    : StepTable(tr("Interventions"), QStringLiteral("ΔH"),
                tr("Every change of a run while it goes on is listed here. Make one above."),
                context.look, parent),
      context_(context),
      sender_(sender) {
  setObjectName(QStringLiteral("interventionTable"));
  auto* refresher = new Refresher(context_, this, [this] { Refresh(); });
  connect(&sender_, &RequestSender::pendingChanged, refresher, &Refresher::MarkStale);
  connect(this, &StepTable::stepChosen, this, [this](qint64 step) { context_.step.SetStep(step); });
}

void InterventionTable::Refresh() {
  const RunDocument* run = context_.runs.current();
  if (run == nullptr) {
    shown_ = {};
    return SetRows({});
  }
  const auto& outcomes = run->interventions();
  const auto pending = sender_.PendingOf(*run);
  Shown now{run->key(), outcomes.size(), 0, pending.size(), {}};
  for (const Intervention& outcome : outcomes) now.undone += outcome.undone ? 1 : 0;
  if (!pending.empty()) now.newest_pending = pending.back().request.id;
  if (now == shown_) return;
  shown_ = std::move(now);
  std::vector<StepRow> rows;
  rows.reserve(outcomes.size() + pending.size());
  for (const Intervention& outcome : outcomes) rows.push_back(RowOf(outcome));
  for (const PendingRequest& sent : pending) rows.push_back(RowOf(sent));
  SetRows(std::move(rows));
}

}  // namespace mhc
