#include "widgets/panels/step_track.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/panels/glyphs.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr double kKnob = 6.0;  // radius
constexpr double kRail = 3.0;  // thickness
constexpr double kEdge = kKnob + 2.0;
constexpr double kReach = 4.0;  // how near a marker the pointer is on it
constexpr double kFlag = 13.0;  // height of an intervention's line above the rail
constexpr double kPennant = 6.0;
constexpr double kDiamond = 8.0, kTriangle = 8.0;
constexpr int kTipRoom = 40;         // that a tip keeps around its text and below the pointer
constexpr std::int64_t kPages = 20;  // presses of Page Up through a run

}  // namespace

StepTrack::StepTrack(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  setObjectName(QStringLiteral("stepTrack"));
  setAccessibleName(tr("Step"));
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setCursor(Qt::PointingHandCursor);
}

void StepTrack::Refresh(const RunDocument* run) {
  steps_ =
      run != nullptr && run->loaded() ? std::max(run->description().steps, run->last_step()) : 0;
  setEnabled(steps_ > 0);
  if (steps_ > 0) {
    CollectMarkers(*run);
  } else {
    seen_ = {};
    markers_.clear();
  }
  update();
}

void StepTrack::CollectMarkers(const RunDocument& run) {
  Seen now{run.key(), run.interventions().size(), 0, run.alerts().size(), {}};
  for (const Intervention& row : run.interventions()) now.undone += row.undone ? 1 : 0;
  for (const CheckpointRow& row : run.checkpoints()) now.checkpoints.push_back(row.step);
  if (now == seen_) return;
  seen_ = std::move(now);
  markers_.clear();
  for (const CheckpointRow& row : run.checkpoints()) {
    markers_.push_back({Marker::Kind::kCheckpoint, row.step, tr("checkpoint")});
  }
  for (const Intervention& row : run.interventions()) {
    const InterventionKind* kind = FindInterventionKind(row.request.kind);
    const bool counts = kind != nullptr && kind->changes_training && row.applied && !row.undone;
    if (counts) markers_.push_back({Marker::Kind::kIntervention, row.step, ChangeText(row)});
  }
  for (const Alert& row : run.alerts()) {
    markers_.push_back({Marker::Kind::kAlert, row.step, QString::fromStdString(row.text)});
  }
}

double StepTrack::XOf(std::int64_t step) const {
  const double share =
      static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(steps_, 1));
  return kEdge + std::clamp(share, 0.0, 1.0) * (width() - 2.0 * kEdge);
}

std::int64_t StepTrack::StepAt(double x) const {
  const double share = (x - kEdge) / std::max(1.0, width() - 2.0 * kEdge);
  const double step = std::clamp(share, 0.0, 1.0) * static_cast<double>(steps_);
  return std::min<std::int64_t>(std::llround(step), context_.step.last_step());
}

std::int64_t StepTrack::SnappedStepAt(double x) const {
  const Marker* nearest = nullptr;
  for (const Marker& marker : markers_) {
    const double distance = std::abs(XOf(marker.step) - x);
    if (distance > kReach) continue;
    if (nearest == nullptr || distance < std::abs(XOf(nearest->step) - x)) nearest = &marker;
  }
  return nearest != nullptr ? nearest->step : StepAt(x);
}

QString StepTrack::TipAt(double x) const {
  constexpr qsizetype kMostLines = 8;
  QStringList lines(
      tr("step %1").arg(QString::fromStdString(StepText(drags_ ? StepAt(x) : SnappedStepAt(x)))));
  for (const Marker& marker : markers_) {
    if (std::abs(XOf(marker.step) - x) > kReach) continue;
    if (lines.size() == kMostLines) return lines.join('\n') + QStringLiteral("\n…");
    lines << QString::fromStdString(StepText(marker.step)) + QStringLiteral("  ") + marker.text;
  }
  return lines.join('\n');
}

void StepTrack::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Look& look = context_.look;
  const double middle = height() / 2.0;
  const auto rail = [&](double from, double to, QColor color) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QRectF bar(from, middle - kRail / 2.0, to - from, kRail);
    painter.drawRoundedRect(bar, kRail / 2.0, kRail / 2.0);
  };
  rail(kEdge, width() - kEdge, look.Color(Role::kBorder));
  if (steps_ == 0) return;
  // What is recorded, and of it what lies before the cursor.
  QColor recorded = look.Color(Role::kAccent);
  recorded.setAlphaF(0.4);
  const double cursor = XOf(context_.step.step());
  rail(kEdge, XOf(context_.step.last_step()), recorded);
  rail(kEdge, cursor, look.Color(Role::kAccent));
  PaintMarkers(painter);
  if (hover_x_ && !drags_) {
    const double x = XOf(SnappedStepAt(*hover_x_));
    painter.setPen(QPen(look.Color(Role::kQuietText), 1.0, Qt::DotLine));
    painter.drawLine(QPointF(x, 1.0), QPointF(x, height() - 1.0));
  }
  painter.setPen(QPen(look.Color(Role::kSurface), 1.5));
  painter.setBrush(look.Color(Role::kAccent));
  painter.drawEllipse(QPointF(cursor, middle), kKnob, kKnob);
  if (!hasFocus()) return;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(look.Color(Role::kAccent), 1.0));
  painter.drawEllipse(QPointF(cursor, middle), kKnob + 1.5, kKnob + 1.5);
}

void StepTrack::PaintMarkers(QPainter& painter) const {
  const Look& look = context_.look;
  const double middle = height() / 2.0;
  for (const Marker& marker : markers_) {
    const double x = XOf(marker.step);
    switch (marker.kind) {
      case Marker::Kind::kCheckpoint:
        DrawDiamond(painter, {x, middle}, kDiamond, look.Color(Role::kQuietText),
                    look.Color(Role::kSurface));
        break;
      case Marker::Kind::kIntervention: {
        const double line = std::floor(x) + 0.5;
        painter.setPen(QPen(look.Color(Role::kText), 1.0));
        const double top = middle - kFlag;
        painter.drawLine(QPointF(line, top), QPointF(line, middle + kRail / 2.0));
        // Its pennant, as in the charts; a checkpoint's diamond has the rail below it.
        painter.setPen(Qt::NoPen);
        painter.setBrush(look.Color(Role::kText));
        painter.drawPolygon(QPolygonF(
            {{line, top}, {line + kPennant, top + kPennant / 2.0}, {line, top + kPennant}}));
        break;
      }
      case Marker::Kind::kAlert:
        DrawTriangle(painter, {x, middle - kRail / 2.0 - kTriangle / 2.0 - 1.0}, kTriangle,
                     look.Color(Role::kWarning));
        break;
    }
  }
}

void StepTrack::GoTo(std::int64_t step) {
  context_.step.SetPlays(false);
  context_.step.SetStep(step);
}

void StepTrack::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || steps_ == 0) return;
  GoTo(SnappedStepAt(event->position().x()));
  drags_ = true;
}

void StepTrack::mouseMoveEvent(QMouseEvent* event) {
  if (steps_ == 0) return;
  const double x = event->position().x();
  hover_x_ = x;
  if (drags_) GoTo(StepAt(x));
  const QString tip = TipAt(x);
  const auto lines = static_cast<int>(tip.count('\n')) + 1;
  const QPoint above(static_cast<int>(x), -lines * fontMetrics().lineSpacing() - kTipRoom);
  QToolTip::showText(mapToGlobal(above), tip, this);
  update();
}

void StepTrack::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) drags_ = false;
  update();
}

void StepTrack::leaveEvent(QEvent*) {
  hover_x_.reset();
  update();
}

void StepTrack::keyPressEvent(QKeyEvent* event) {
  const std::int64_t step = context_.step.step(), last = context_.step.last_step();
  const std::int64_t page = std::max<std::int64_t>(1, last / kPages);
  switch (event->key()) {
    case Qt::Key_Left:
      return GoTo(step - 1);
    case Qt::Key_Right:
      return GoTo(step + 1);
    case Qt::Key_PageUp:
      return GoTo(step - page);
    case Qt::Key_PageDown:
      return GoTo(step + page);
    case Qt::Key_Home:
      return GoTo(0);
    case Qt::Key_End:
      return GoTo(last);
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace mhc
