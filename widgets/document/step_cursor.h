// The one step that all views show: of the current run, following its end, or played.
//
// Thread rule: the window's thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <cstdint>

namespace mhc {

class StepCursor : public QObject {
  Q_OBJECT

 public:
  explicit StepCursor(QObject* parent = nullptr);

  std::int64_t step() const { return step_; }
  std::int64_t last_step() const { return last_step_; }
  bool follows() const { return follows_; }
  bool plays() const { return timer_.isActive(); }

  // Goes to a step (cut to 0…last) and stops following where that is not the last.
  void SetStep(std::int64_t step);
  // The run has come to `last`; a cursor that follows goes along. One that does not keeps the step
  // that was asked for: a shorter run shows its end, and the run before it the same step again.
  void SetLastStep(std::int64_t last);
  void SetFollows(bool follows);
  // Goes through the run in about twenty seconds; stops at its end.
  void SetPlays(bool plays);

 Q_SIGNALS:
  void changed();

 private:
  void Advance();

  void GoTo(std::int64_t step);

  std::int64_t step_ = 0, last_step_ = 0;
  std::int64_t asked_step_ = 0;  // by a hand; may lie beyond the last one
  bool follows_ = true;
  QTimer timer_;
};

}  // namespace mhc
