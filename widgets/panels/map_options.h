// The options of the map that is chosen, and what that map is and keeps, in the room that the
// largest of the maps on offer needs: nothing below moves when another one is chosen.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QLabel>
#include <QWidget>
#include <vector>

#include "widgets/panels/option_form.h"

namespace mhc {

class MapOptions : public QWidget {
  Q_OBJECT

 public:
  explicit MapOptions(const Look& look, QWidget* parent = nullptr);

  void KeepRoomFor(std::vector<const MixingConstraint*> offered);
  // As OptionForm::Show.
  QWidget* Show(const ConstraintChoice& choice, QWidget* before);
  Result<ConstraintChoice> Choice() const { return options_->Choice(); }

 Q_SIGNALS:
  void edited();
  void accepted();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void FitRoom();

  std::vector<const MixingConstraint*> offered_;
  OptionForm* options_;
  QLabel* text_;
};

}  // namespace mhc
