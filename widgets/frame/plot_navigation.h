// The hand on a plot: the wheel zooms at the pointer (over an axis, that axis alone), a drag moves,
// Shift and a drag zoom to a rectangle, a double click shows everything again, a click chooses a
// place.
//
// Thread rule: the window's thread. Lifetime: owned by its plot.
#pragma once

#include <QObject>
#include <QPoint>

class QCustomPlot;
class QMouseEvent;
class QWheelEvent;

namespace mhc {

class Look;

class PlotNavigation : public QObject {
  Q_OBJECT

 public:
  explicit PlotNavigation(QCustomPlot& plot);

  // True while the axis follows the data; a hand on it ends that.
  bool fits_x() const { return fits_x_; }
  bool fits_y() const { return fits_y_; }
  void Fit();  // both follow the data again
  void ApplyLook(const Look& look);

  static QString Text();  // what the hand can do, for a tooltip

 Q_SIGNALS:
  void fitsChanged();
  void clicked(double x);  // in the axis' units, inside the axes
  void doubleClicked();    // inside the axes, after the click that came with it

 private:
  void Press(const QMouseEvent& event);
  void Move(const QMouseEvent& event);
  void Release(const QMouseEvent& event);
  void Turn(const QWheelEvent& event);
  void SetFits(bool x, bool y);

  QCustomPlot& plot_;
  bool fits_x_ = true, fits_y_ = true;
  bool pressed_ = false, moved_ = false;
  QPoint pressed_at_;
};

}  // namespace mhc
