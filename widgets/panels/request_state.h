// What became of a request, where the control is: pending within a dashed outline, applied in quiet
// text, refused with the reason in full.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QLabel>
#include <QWidget>

#include "widgets/look/look.h"

namespace mhc {

class RequestState : public QWidget {
  Q_OBJECT

 public:
  enum class Kind { kNone, kPending, kApplied, kRefused };

  // `padding` inside the outline, in pixels; above and below half of it.
  RequestState(const Look& look, int padding, QWidget* parent = nullptr);

  // `change` may be empty; the second line is `outcome`, "pending …" where that is empty too.
  void Show(Kind kind, const QString& change, const QString& outcome);
  Kind kind() const { return kind_; }
  // Keeps the height of so many lines, so that what stands below does not move.
  void KeepLines(int lines);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void ApplyLook();

  const Look& look_;
  const int padding_;
  Kind kind_ = Kind::kNone;
  QLabel* change_;
  QLabel* outcome_;
};

}  // namespace mhc
