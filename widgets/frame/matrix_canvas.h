// Matrices side by side (above one another where that gives larger cells), in cells of one size,
// with the bars that explain their colours below.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/frame/figure_heights.h"
#include "widgets/frame/matrix_painting.h"

namespace mhc {

class Look;

// All of them into `area`, as the canvas does it. `is_for_paper`: 8 pt type, where
// a unit of the painter is a point.
void PaintMatrices(QPainter& painter, const QRectF& area,
                   const std::vector<MatrixContent>& matrices, const Look& look, bool is_for_paper);

// Of that picture on paper.
FigureHeights HeightsOfMatrices(const std::vector<MatrixContent>& matrices, double width);

class MatrixCanvas : public QWidget {
  Q_OBJECT

 public:
  explicit MatrixCanvas(const Look& look, QWidget* parent = nullptr);

  // All of the same size n; `note` is a quiet line above them, which may be empty.
  void Show(std::vector<MatrixContent> matrices, const QString& note = {});
  const std::vector<MatrixContent>& matrices() const { return matrices_; }
  const QString& note() const { return note_; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;  // tool tips

 private:
  // What the matrices have of the widget; the note stands above.
  QRectF Area() const;

  const Look& look_;
  std::vector<MatrixContent> matrices_;
  QString note_;
};

}  // namespace mhc
