// What happened at single steps, drawn over a plot whose x axis is the step: interventions as thin
// lines with a flag, alerts as triangles on top, and the step cursor.
//
// Thread rule: the window's thread. Lifetime: owned by its plot; borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QString>
#include <optional>
#include <vector>

#include "widgets/frame/flag_layout.h"

namespace mhc {

class Look;
class RunDocument;

struct StepFlag {
  double step = 0.0;
  QString text;         // on the flag
  QString details;      // under the pointer
  bool undone = false;  // drawn dashed
};

struct StepAlert {
  double step = 0.0;
  QString details;
};

class StepMarkers : public QCPLayerable {
 public:
  StepMarkers(QCustomPlot& plot, const Look& look);

  // The flags and alerts of a run, in the order of their steps.
  void SetRun(const RunDocument& run);
  void SetCursor(std::optional<double> step);
  const std::vector<StepFlag>& flags() const { return flags_; }
  // What stands under the pointer, in full; empty where there is nothing.
  QString DetailsAt(const QPointF& position) const;
  // How much of the plot's top the flags and triangles take.
  double Height() const;

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
  void draw(QCPPainter* painter) override;
  QRect clipRect() const override;

 private:
  struct PlacedFlag {
    const StepFlag* flag;
    double x;
    FlagPlace place;
  };
  void Place();
  double TopOf(int row) const;
  double X(double step) const;
  bool Shows(double step) const;
  void DrawFlag(QCPPainter& painter, const PlacedFlag& placed) const;
  void DrawAlert(QCPPainter& painter, double x) const;

  const Look& look_;
  std::vector<StepFlag> flags_;
  std::vector<StepAlert> alerts_;
  std::vector<PlacedFlag> placed_;
  std::optional<double> cursor_;
};

}  // namespace mhc
