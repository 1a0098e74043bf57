// The curves of a run against the step, above one another: the loss, the composite's gain, and the
// norm of the gradient where there is room for a third. The two below the loss can show any other
// scalar of the record.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <QSplitter>

#include "widgets/document/view_context.h"

namespace mhc {

class CurvePlot;

class CurveStack : public QSplitter {
  Q_OBJECT

 public:
  explicit CurveStack(const ViewContext& context, QWidget* parent = nullptr);

  void ResetSizes();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  CurvePlot* gradient_;
};

}  // namespace mhc
