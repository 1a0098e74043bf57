#include "widgets/panels/alert_table.h"

#include "widgets/document/refresher.h"

namespace mhc {

AlertTable::AlertTable(const ViewContext& context, QWidget* parent)
    : StepTable(tr("Alerts"), {},
                tr("None. What was not finite, and where training went back, would be "
                   "listed here."),
                context.look, parent),
      context_(context) {
  setObjectName(QStringLiteral("alertTable"));
  new Refresher(context_, this, [this] { Refresh(); });
  connect(this, &StepTable::stepChosen, this, [this](qint64 step) { context_.step.SetStep(step); });
}

void AlertTable::Refresh() {
  std::vector<StepRow> rows;
  if (const RunDocument* run = context_.runs.current()) {
    for (auto alert = run->alerts().rbegin(); alert != run->alerts().rend(); ++alert) {
      StepRow row;
      row.step = alert->step;
      row.text = QString::fromStdString(alert->text);
      row.sign = StepRow::Sign::kAlert;
      row.role = Role::kWarningText;
      rows.push_back(std::move(row));
    }
  }
  SetRows(std::move(rows));
}

}  // namespace mhc
