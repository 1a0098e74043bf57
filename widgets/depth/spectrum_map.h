// One singular value of every site over time, as colours: site against step.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "widgets/frame/color_scale.h"
#include "widgets/frame/paper_panel.h"

namespace mhc {

class Look;
struct SnapshotHistory;

class SpectrumMap : public QCustomPlot {
  Q_OBJECT

 public:
  SpectrumMap(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  // Singular value `number` (0 the largest) of a history of kind singular_values, up to `last_step`
  // of the run. Each column of pixels is one snapshot, the nearest one; none are averaged. Colours
  // go from 0 to 1 (wider where values ask for it), or as the values lie.
  struct Content {
    int number = 0;
    std::int64_t last_step = 0;
    QString label;
    bool fits_colors = false;
    bool operator==(const Content&) const = default;
  };
  void ShowHistory(const SnapshotHistory& history, const Content& content);
  struct Marks {
    std::optional<double> step;  // the cursor
    std::optional<int> site;
    std::vector<double> changes;  // steps of interventions
    bool operator==(const Marks&) const = default;
  };
  // Replots with the next turn of the event loop, where something differs.
  void ShowMarks(Marks marks);
  const Marks& marks() const { return marks_; }
  // What is shown, for a paper.
  PaperSheet Sheet() const;

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
  void FitColors(const std::vector<double>& shown, const Content& content);
  std::optional<Place> PlaceAt(const QPoint& position) const;

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  QCPColorMap* map_;
  ColorScale scale_;
  Marks marks_;
  struct Source {
    const SnapshotHistory* history = nullptr;  // its address alone
    std::int64_t revision = 0;
    double end = 0.0;  // of the step axis
    Content content;
    bool operator==(const Source&) const = default;
  };
  Source source_;        // of the colours
  bool is_new_ = false;  // the colours, since the last replot
  int sites_ = 0;
};

}  // namespace mhc
