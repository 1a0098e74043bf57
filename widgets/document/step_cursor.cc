#include "widgets/document/step_cursor.h"

#include <algorithm>

namespace mhc {
namespace {

constexpr int kFrame_ms = 100;
constexpr std::int64_t kFrames = 200;

}  // namespace

StepCursor::StepCursor(QObject* parent) : QObject(parent) {
  timer_.setInterval(kFrame_ms);
  connect(&timer_, &QTimer::timeout, this, &StepCursor::Advance);
}

void StepCursor::GoTo(std::int64_t step) { step_ = asked_step_ = step; }

void StepCursor::SetStep(std::int64_t step) {
  step = std::clamp<std::int64_t>(step, 0, last_step_);
  const bool follows = follows_ && step == last_step_;
  if (step == step_ && follows == follows_) return;
  GoTo(step);
  follows_ = follows;
  Q_EMIT changed();
}

void StepCursor::SetLastStep(std::int64_t last) {
  if (last == last_step_) return;
  last_step_ = last;
  if (follows_) {
    GoTo(last);
  } else {
    step_ = std::min(asked_step_, last);
  }
  Q_EMIT changed();
}

void StepCursor::SetFollows(bool follows) {
  if (follows == follows_) return;
  follows_ = follows;
  if (follows) {
    timer_.stop();
    GoTo(last_step_);
  }
  Q_EMIT changed();
}

void StepCursor::SetPlays(bool plays) {
  if (plays == timer_.isActive()) return;
  if (plays) {
    if (step_ >= last_step_) GoTo(0);
    follows_ = false;
    timer_.start();
  } else {
    timer_.stop();
  }
  Q_EMIT changed();
}

void StepCursor::Advance() {
  const std::int64_t next = step_ + std::max<std::int64_t>(1, last_step_ / kFrames);
  if (next >= last_step_) timer_.stop();
  GoTo(std::min(next, last_step_));
  Q_EMIT changed();
}

}  // namespace mhc
