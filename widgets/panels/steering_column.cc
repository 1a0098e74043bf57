#include "widgets/panels/steering_column.h"

#include <QVBoxLayout>

#include "widgets/panels/constraint_panel.h"
#include "widgets/panels/intervention_table.h"
#include "widgets/panels/section.h"
#include "widgets/panels/training_panel.h"

namespace mhc {

SteeringColumn::SteeringColumn(const ViewContext& context, RequestSender& sender, QWidget* parent)
    : QScrollArea(parent) {
  setObjectName(QStringLiteral("steeringColumn"));
  QVBoxLayout* column = MakeScrollingColumn(*this);
  auto* constraint = new ConstraintPanel(context, sender, widget());
  connect(constraint, &ConstraintPanel::resumeRequested, this, &SteeringColumn::resumeRequested);
  column->addWidget(constraint);
  column->addWidget(MakeSectionLine(context.look, widget()));
  auto* training = new TrainingPanel(context, sender, widget());
  connect(training, &TrainingPanel::resumeRequested, this, &SteeringColumn::resumeRequested);
  column->addWidget(training);
  column->addWidget(MakeSectionLine(context.look, widget()));
  auto* changes = new InterventionTable(context, sender, widget());
  connect(changes, &StepTable::branchRequested, this, &SteeringColumn::branchRequested);
  // Takes the room that is left and scrolls by itself, so that its newest rows stay in sight.
  changes->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Ignored);
  changes->setMinimumHeight(changes->minimumSizeHint().height());
  column->addWidget(changes, 1);
}

}  // namespace mhc
