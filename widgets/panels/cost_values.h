// COST OF A STEP: where the time of the current run's steps goes at the cursor, what is moved for
// it, and what memory it takes.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <optional>
#include <vector>

#include "core/record/record/step_cost.h"
#include "widgets/document/view_context.h"

class QGridLayout;
class QLabel;

namespace mhc {

// The median over the last steps at or before `step` that were timed, as far back as training went
// as it does there; empty where none was.
std::optional<StepCost> CostAt(const RunDocument& run, std::int64_t step);

class CostValues : public QWidget {
  Q_OBJECT

 public:
  explicit CostValues(const ViewContext& context, QWidget* parent = nullptr);

 private:
  struct Row {
    QLabel* name;
    QLabel* value;
    QLabel* share;
  };

  // False right after the last time, on a run that is followed: a median over many steps tells
  // nothing new ten times a second.
  bool IsDue(const RunDocument* run);
  Row AddRow(const QString& object_name, const QString& name, const QString& tip);
  void Refresh();
  void ShowPart(const Row& row, std::optional<double> milliseconds, const StepCost& cost);
  void ShowEnergy(const StepCost& cost);
  void ShowElements(const RunDocument& run);
  void SayWhyThereIsNothing(const RunDocument* run);

  const ViewContext context_;
  QLabel* steps_;
  QLabel* note_;
  QWidget* values_;
  QGridLayout* grid_;
  QElapsedTimer since_refresh_;
  std::optional<ReaderThread::RunKey> shown_run_;
  Row sublayers_, coefficients_, constraint_, apply_, rest_, elements_, memory_, energy_;
};

}  // namespace mhc
