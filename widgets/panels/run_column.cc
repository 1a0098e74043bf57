#include "widgets/panels/run_column.h"

#include <QVBoxLayout>

#include "widgets/panels/alert_table.h"
#include "widgets/panels/cost_values.h"
#include "widgets/panels/cursor_values.h"
#include "widgets/panels/data_note.h"
#include "widgets/panels/difference_list.h"
#include "widgets/panels/run_table.h"
#include "widgets/panels/section.h"

namespace mhc {

RunColumn::RunColumn(const ViewContext& context, QWidget* parent) : QScrollArea(parent) {
  setObjectName(QStringLiteral("runColumn"));
  QVBoxLayout* column = MakeScrollingColumn(*this);
  QWidget* page = widget();
  const auto line = [&] { column->addWidget(MakeSectionLine(context.look, page)); };

  auto* runs = new RunTable(context, page);
  runs->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  connect(runs, &RunTable::resumeRequested, this, &RunColumn::resumeRequested);
  connect(runs, &RunTable::closeRequested, this, &RunColumn::closeRequested);
  column->addWidget(runs);
  line();
  QLabel* differs = MakeSectionLabel(tr("Only what differs"), context.look, page);
  differs->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kRowSpacing);
  column->addWidget(differs);
  column->addWidget(new DifferenceList(context, page));
  line();
  column->addWidget(new CursorValues(context, page));
  line();
  auto* alerts = new AlertTable(context, page);
  alerts->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  column->addWidget(alerts);
  line();
  column->addWidget(new DataNote(context, page));
  line();
  column->addWidget(new CostValues(context, page));
  column->addStretch(1);
}

}  // namespace mhc
