#include "widgets/frame/matrix_painting.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/look/color_map.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kSumGap = 5.0;          // between the matrix and its sums
constexpr double kCellGap = 1.0;         // between cells
constexpr double kLeastNumbered = 34.0;  // a smaller cell has no number
constexpr double kLeastOnPaper = 20.0;   // points, likewise
constexpr double kNumberPadding = 1.5;
constexpr double kBorderShare = 0.08;  // of a small cell

constexpr double kSmaller = 0.84;  // 10 pixels where the type has 12

// From the most to the least telling; the first one that fits is taken.
constexpr std::array kForms = {NumberForm{2, true},           NumberForm{2, false},
                               NumberForm{2, true, kSmaller}, NumberForm{1, true},
                               NumberForm{1, true, kSmaller}, NumberForm{0, true}};

QFont Scaled(QFont font, double size) {
  if (size == 1.0) return font;
  if (font.pixelSize() > 0) {
    font.setPixelSize(static_cast<int>(std::lround(font.pixelSize() * size)));
  } else {
    font.setPointSizeF(font.pointSizeF() * size);
  }
  return font;
}

QString CellText(double value, const NumberForm& form) {
  if (!std::isfinite(value)) return QString::fromStdString(MeasureText(value));
  QString text = QString::fromStdString(FixedText(value, form.decimals));
  if (!form.has_leading_zero && std::abs(value) < 1.0) {
    text.replace(QStringLiteral("0."), QStringLiteral("."));
  }
  return text;
}

// Every place that is painted: entries, then sums.
std::vector<MatrixPlace> PlacesOf(const MatrixContent& matrix) {
  std::vector<MatrixPlace> places;
  for (int row = 0; row < matrix.size; ++row) {
    for (int column = 0; column < matrix.size; ++column) places.push_back({row, column});
  }
  for (int i = 0; matrix.has_sums && i < matrix.size; ++i) {
    places.push_back({i, matrix.size});
    places.push_back({matrix.size, i});
  }
  return places;
}

// The power of ten that numbers are divided by so that they fit into cells.
int CommonExponent(const MatrixContent& matrix) {
  double largest = 0.0;
  for (const MatrixPlace& place : PlacesOf(matrix)) {
    const double value = matrix.At(place);
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  constexpr double kLeast = 0.095, kMost = 99.0;
  if (largest == 0.0 || (largest >= kLeast && largest <= kMost)) return 0;
  return static_cast<int>(std::floor(std::log10(largest)));
}

bool Fits(const MatrixContent& matrix, const NumberForm& form, double cell,
          const QFontMetricsF& metrics) {
  const double unit = std::pow(10.0, CommonExponent(matrix));
  const std::vector<MatrixPlace> places = PlacesOf(matrix);
  return std::all_of(places.begin(), places.end(), [&](const MatrixPlace& place) {
    const QString text = CellText(matrix.At(place) / unit, form);
    return metrics.horizontalAdvance(text) + 2.0 * kNumberPadding <= cell;
  });
}

}  // namespace

std::optional<NumberForm> FormFor(std::span<const MatrixContent> matrices, double cell,
                                  const QFont& number_font) {
  const bool is_on_paper = number_font.pixelSize() > 0;  // which has one size of type
  if (cell < (is_on_paper ? kLeastOnPaper : kLeastNumbered)) return std::nullopt;
  for (const NumberForm& form : kForms) {
    if (is_on_paper && form.size != 1.0) continue;
    const QFontMetricsF metrics(Scaled(number_font, form.size));
    const bool fits =
        std::all_of(matrices.begin(), matrices.end(),
                    [&](const MatrixContent& matrix) { return Fits(matrix, form, cell, metrics); });
    if (fits) return form;
  }
  return std::nullopt;
}

bool MatrixContent::LooksLike(const MatrixContent& other) const {
  return size == other.size && entries == other.entries && caption == other.caption &&
         scale == other.scale && has_sums == other.has_sums && ideal_sum == other.ideal_sum;
}

double MatrixContent::Entry(int row, int column) const { return entries[IndexOf(row, column)]; }

double MatrixContent::At(const MatrixPlace& place) const {
  if (place.row < size && place.column < size) return Entry(place.row, place.column);
  double sum = 0.0;
  for (int i = 0; i < size; ++i) {
    sum += place.column == size ? Entry(place.row, i) : Entry(i, place.column);
  }
  return sum;
}

double MatrixGeometry::SideFor(double cell, int size, bool has_sums) {
  return has_sums ? cell * (size + 1) + kSumGap : cell * size;
}

double MatrixGeometry::CellFor(double side, int size, bool has_sums) {
  return has_sums ? (side - kSumGap) / (size + 1) : side / size;
}

QRectF MatrixGeometry::Cell(const MatrixPlace& place) const {
  const double x = corner.x() + place.column * cell + (place.column == size ? kSumGap : 0.0);
  const double y = corner.y() + place.row * cell + (place.row == size ? kSumGap : 0.0);
  return {x, y, cell - kCellGap, cell - kCellGap};
}

std::optional<MatrixPlace> MatrixGeometry::PlaceAt(const QPointF& point, bool has_sums) const {
  const int last = has_sums ? size : size - 1;
  for (int row = 0; row <= last; ++row) {
    for (int column = 0; column <= last; ++column) {
      if (row == size && column == size) continue;
      if (Cell({row, column}).contains(point)) return MatrixPlace{row, column};
    }
  }
  return std::nullopt;
}

namespace {

QString FactorText(const MatrixContent& matrix) {
  const int exponent = CommonExponent(matrix);
  if (exponent == 0) return {};
  return QStringLiteral(" (× %1)").arg(QString::fromStdString(PowerText(exponent)));
}

}  // namespace

QString WholeCaption(const MatrixContent& matrix) { return matrix.caption + FactorText(matrix); }

QString FittingCaption(const QString& words, const QString& factor, const QFontMetricsF& metrics,
                       double width) {
  return metrics.elidedText(words, Qt::ElideRight, width - metrics.horizontalAdvance(factor)) +
         factor;
}

void PaintMatrix(QPainter& painter, const MatrixContent& matrix, const MatrixGeometry& geometry,
                 const Look& look, const QFont& text_font, const QFont& number_font,
                 const std::optional<NumberForm>& form) {
  const double unit = std::pow(10.0, CommonExponent(matrix));
  const QString factor = form ? FactorText(matrix) : QString();
  painter.setFont(text_font);
  painter.setPen(look.Color(Role::kQuietText));
  painter.drawText(geometry.caption, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                   FittingCaption(matrix.caption, factor, QFontMetricsF(text_font),
                                  geometry.caption.width() + 1.0));
  if (form) painter.setFont(Scaled(number_font, form->size));
  for (const MatrixPlace& place : PlacesOf(matrix)) {
    const bool is_sum = place.row == matrix.size || place.column == matrix.size;
    const double value = matrix.At(place);
    const QColor color =
        is_sum ? SumColor(value - matrix.ideal_sum + 1.0, look) : matrix.scale.ColorOf(value, look);
    const QRectF cell = geometry.Cell(place);
    painter.fillRect(cell, color);
    if (is_sum) {
      painter.setPen(QPen(look.Color(Role::kBorder), std::min(1.0, kBorderShare * cell.width())));
      painter.setBrush(Qt::NoBrush);
      painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (!form) continue;
    painter.setPen(TextOn(color));
    painter.drawText(cell, Qt::AlignCenter | Qt::TextDontClip, CellText(value / unit, *form));
  }
}

}  // namespace mhc
