// The line of all steps of the current run, with the cursor, the interventions, the alerts and the
// checkpoints. Dragging scrubs; the pointer is told the step and what happened there.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

#include "widgets/document/view_context.h"

namespace mhc {

class StepTrack : public QWidget {
  Q_OBJECT

 public:
  explicit StepTrack(const ViewContext& context, QWidget* parent = nullptr);

  // Shows the run's steps; nullptr: there is none.
  void Refresh(const RunDocument* run);

  QSize sizeHint() const override { return {400, 28}; }
  QSize minimumSizeHint() const override { return {80, 28}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Marker {
    enum class Kind { kCheckpoint, kIntervention, kAlert } kind;
    std::int64_t step = 0;
    QString text;
  };
  // Markers are made anew where one of these changed.
  struct Seen {
    ReaderThread::RunKey run = 0;
    std::size_t interventions = 0, undone = 0, alerts = 0;
    std::vector<std::int64_t> checkpoints;
    bool operator==(const Seen&) const = default;
  };

  void CollectMarkers(const RunDocument& run);
  double XOf(std::int64_t step) const;
  std::int64_t StepAt(double x) const;
  // The step of a marker under the pointer, else that of the place.
  std::int64_t SnappedStepAt(double x) const;
  QString TipAt(double x) const;
  void PaintMarkers(QPainter& painter) const;
  void GoTo(std::int64_t step);

  const ViewContext context_;
  std::int64_t steps_ = 0;  // of the whole line; 0: there is no run
  Seen seen_;
  std::vector<Marker> markers_;
  std::optional<double> hover_x_;
  bool drags_ = false;
};

}  // namespace mhc
