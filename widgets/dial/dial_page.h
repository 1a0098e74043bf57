// The dial: what a constraint does to a product of matrices over the depth, computed on the spot.
//
// While a hand moves the slider few trials are drawn, so that the picture follows; what the fields
// ask for is computed beside the window and shown when it is done. Thread rule: the window's
// thread. Lifetime: borrows the look.
#pragma once

#include <QTimer>
#include <QWidget>
#include <future>

#include "widgets/dial/dial_study.h"
#include "widgets/frame/matrix_painting.h"

class QLabel;

namespace mhc {

class DialControls;
class LinePanelPlot;
class Look;
class MatrixCanvas;

class DialPage : public QWidget {
  Q_OBJECT

 public:
  explicit DialPage(const Look& look, QWidget* parent = nullptr);
  ~DialPage() override;

  DialControls& controls() { return *controls_; }
  // Of the picture that is shown; 0 where logits were given.
  std::int64_t trials() const { return picture_.trials; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* MakePlots();
  QWidget* Titled(const QString& title, QLabel*& shows, QWidget* body);
  void Turn(bool by_slider);
  void ComputeAll();
  void TakeResult();
  void Show(DialPicture picture);
  void ShowLines();
  void ShowMatrices();
  void ShowResidual();

  const Look& look_;
  DialControls* controls_;
  LinePanelPlot* gains_;
  LinePanelPlot* distances_;
  LinePanelPlot* residuals_;
  MatrixCanvas* matrices_;
  QLabel* gains_show_ = nullptr;
  QLabel* distances_show_ = nullptr;
  QLabel* residuals_show_ = nullptr;
  QLabel* matrices_show_ = nullptr;
  DialPicture picture_;
  QTimer rests_;   // the hand
  QTimer awaits_;  // the whole study
  std::future<Result<DialPicture>> whole_;
  bool is_stale_ = false;  // what is being computed is no longer asked for
};

}  // namespace mhc
