#include "widgets/curves/curve_stack.h"

#include "widgets/curves/curve_plot.h"

namespace mhc {
namespace {

constexpr int kLeastForThree = 300;  // px: below it three curves would be strips

}  // namespace

CurveStack::CurveStack(const ViewContext& context, QWidget* parent)
    : QSplitter(Qt::Vertical, parent),
      gradient_(new CurvePlot(context, "gradientPlot", "gradient_norm",
                              CurvePlot::Offers::kEveryScalar)) {
  setHandleWidth(1);
  setChildrenCollapsible(false);
  addWidget(new CurvePlot(context, "lossPlot", "loss"));
  addWidget(new CurvePlot(context, "compositePlot", "composite_forward_gain",
                          CurvePlot::Offers::kEveryScalar));
  addWidget(gradient_);
  ResetSizes();
}

void CurveStack::ResetSizes() { setSizes({150, 100, 100}); }

void CurveStack::resizeEvent(QResizeEvent* event) {
  gradient_->setVisible(height() >= kLeastForThree);
  QSplitter::resizeEvent(event);
}

}  // namespace mhc
