// One matrix as coloured cells with its numbers, its row sums to the right and its column sums
// below.
//
// Thread rule: pure functions of the window's thread.
#pragma once

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "widgets/frame/color_scale.h"

class QFontMetricsF;
class QPainter;

namespace mhc {

class Look;

// A cell: an entry, a row's sum where column is n, a column's sum where row is n.
struct MatrixPlace {
  int row = 0, column = 0;
  bool operator==(const MatrixPlace&) const = default;
};

struct MatrixContent {
  int size = 0;                 // n
  std::vector<double> entries;  // n×n row-major
  QString caption;
  ColorScale scale;
  bool has_sums = true;
  double ideal_sum = 1.0;  // 0 of a difference from a matrix whose sums are 1
  // What a cell says under the pointer.
  std::function<QString(const MatrixPlace&)> describe;

  // Of what is painted.
  bool LooksLike(const MatrixContent& other) const;
  // Where an entry stands in `entries`.
  std::size_t IndexOf(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
           static_cast<std::size_t>(column);
  }
  double Entry(int row, int column) const;
  // Of an entry or a sum.
  double At(const MatrixPlace& place) const;
};

// Where the cells of a matrix stand.
struct MatrixGeometry {
  QRectF caption;
  QPointF corner;  // of entry 0, 0
  double cell = 0.0;
  int size = 0;

  // Of a matrix with its sums and without its caption, for cells of that side.
  static double SideFor(double cell, int size, bool has_sums);
  // The largest cell for that side.
  static double CellFor(double side, int size, bool has_sums);
  QRectF Cell(const MatrixPlace& place) const;
  std::optional<MatrixPlace> PlaceAt(const QPointF& point, bool has_sums) const;
};

// How the numbers of matrices are written.
struct NumberForm {
  int decimals = 2;
  bool has_leading_zero = true;  // "0.97", else ".97"
  double size = 1.0;             // of the type
  bool operator==(const NumberForm&) const = default;
};
// The most telling one in which every number of these matrices, which stand beside one another,
// fits into a cell; nothing where there is none.
std::optional<NumberForm> FormFor(std::span<const MatrixContent> matrices, double cell,
                                  const QFont& number_font);

// What PaintMatrix writes above a matrix with its numbers where there is room: its caption, and
// what all of them are divided by.
QString WholeCaption(const MatrixContent& matrix);

// The words, shortened where they must be, and the factor, which is never: without it the numbers
// below would say something else.
QString FittingCaption(const QString& words, const QString& factor, const QFontMetricsF& metrics,
                       double width);

// `text_font` for the caption, `number_font` (monospace) for the numbers, which are written as
// `form` says. Where these are all very large or small, they are divided by a power of ten that the
// caption names.
void PaintMatrix(QPainter& painter, const MatrixContent& matrix, const MatrixGeometry& geometry,
                 const Look& look, const QFont& text_font, const QFont& number_font,
                 const std::optional<NumberForm>& form);

}  // namespace mhc
