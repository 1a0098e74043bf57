// One singular value of every site over time, as colours: site against step.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "widgets/views/color_scale.h"

namespace mhc {

class Look;
struct SnapshotHistory;

class SpectrumMap : public QCustomPlot {
  Q_OBJECT

 public:
  SpectrumMap(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  // Singular value `number` (0 the largest) of a history of kind singular_values, up to `last_step`
  // of the run. Each column of pixels is one snapshot, the nearest one; none are averaged.
  void ShowHistory(const SnapshotHistory& history, int number, double last_step,
                   const QString& label);
  struct Marks {
    std::optional<double> step;  // the cursor
    std::optional<int> site;
    std::vector<double> changes;  // steps of interventions
  };
  // Replots with the next turn of the event loop.
  void ShowMarks(Marks marks);

 Q_SIGNALS:
  void chosen(double step, int site);                   // by a click
  void pointedAt(double step, int site, QPoint where);  // the pointer rests; `where` is global

 protected:
  void mouseReleaseEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  friend class SpectrumMapOverlay;
  struct Place {
    double step;
    int site;
  };
  void ApplyLook();
  std::optional<Place> PlaceAt(const QPoint& position) const;

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  QCPColorMap* map_;
  ColorScale scale_;
  Marks marks_;
  int sites_ = 0;
};

}  // namespace mhc
