// A plot's legend as one line above its axes, where it covers no curve: line samples with names,
// and values where there is room for them.
//
// Thread rule: the window's thread. Lifetime: owned by its plot; borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <QString>
#include <vector>

#include "widgets/frame/line_sample.h"

namespace mhc {

class Look;

struct LegendEntry {
  QPen pen;
  QString name;           // as short as can be
  QString value;          // may be empty
  LineDot dot = {};       // of the line
  bool has_band = false;  // around it
  bool operator==(const LegendEntry&) const = default;
};

class LegendStrip : public QCPLayerable {
 public:
  LegendStrip(QCustomPlot& plot, const Look& look);

  // `what` all entries are: "stream". No entries: no legend.
  void SetEntries(const QString& what, std::vector<LegendEntry> entries);
  // In pixels: the middle of the line, and where it may begin and end.
  void SetPlace(double middle, double left, double right);

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
  void draw(QCPPainter* painter) override;
  QRect clipRect() const override;

 private:
  double WidthOf(const LegendEntry& entry, const QFontMetricsF& metrics, bool has_values) const;

  const Look& look_;
  QString what_;
  std::vector<LegendEntry> entries_;
  double middle_ = 0.0, left_ = 0.0, right_ = 0.0;
};

}  // namespace mhc
