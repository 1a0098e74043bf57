// A quiet table of what happened at which step: the step, a text that is wrapped and never cut off,
// perhaps a number, and a sign. A click or Enter chooses the step.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QTableView>
#include <cstdint>
#include <vector>

#include "widgets/look/look.h"

namespace mhc {

struct StepRow {
  enum class Sign { kNone, kApplied, kRefused, kAlert };

  std::int64_t step = -1;  // −1: it has none yet
  QString text;
  QString measure;
  Sign sign = Sign::kNone;
  Role role = Role::kText;  // the colour of the text
  bool struck = false;      // struck through: it does not hold any more
  bool pending = false;     // within a dashed outline
  bool branches = false;    // has a sign for the run without it
  QString tip;
  bool operator==(const StepRow&) const = default;
};

class StepTable : public QTableView {
  Q_OBJECT

 public:
  // `measure` names the numbers; empty where there are none. `empty` is said while no row is there.
  StepTable(const QString& title, const QString& measure, const QString& empty, const Look& look,
            QWidget* parent = nullptr);

  // Cheap where nothing changed.
  void SetRows(std::vector<StepRow> rows);

  QSize sizeHint() const override;  // as high as its rows
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void stepChosen(qint64 step);
  void branchRequested(qint64 step);  // by a click on a row's sign for it, or by its menu

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  class Model;
  class Delegate;

  void FitColumns();
  void FitRows();
  bool IsAtEnd() const;
  int TextWidth(const StepRow& row) const;

  const Look& look_;
  const QString empty_;
  const bool has_measure_;
  Model* model_;
};

}  // namespace mhc
