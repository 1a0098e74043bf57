#include "widgets/frame/matrix_canvas.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <optional>

#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kMargin = 8.0;
constexpr double kBetweenMatrices = 20.0;  // between matrices
constexpr double kNarrow = 400.0;          // an area with shorter bars that stand closer
constexpr double kLargestCell = 72.0;
constexpr double kPaperCell = 28.0;  // points: a number of two decimals has room

struct Fonts {
  QFont text, number;
};

Fonts FontsFor(const Look& look, bool is_for_paper) {
  if (is_for_paper) return {PaperFont(), PaperFont()};
  Fonts fonts{look.NumberFont(), look.MatrixFont()};
  fonts.text.setPointSizeF(9.0);
  return fonts;
}

struct BarForm {
  double length, between;
};
BarForm BarFormFor(double width) {
  return width < kNarrow ? BarForm{32.0, 12.0} : BarForm{kColorBarLength, 20.0};
}

// The different scales of the matrices, and that of their sums.
std::vector<ColorScale> ScalesOf(const std::vector<MatrixContent>& matrices) {
  std::vector<ColorScale> scales;
  std::optional<double> ideal_sum;
  for (const MatrixContent& matrix : matrices) {
    if (matrix.has_sums) ideal_sum = matrix.ideal_sum;
    const bool is_there = std::find(scales.begin(), scales.end(), matrix.scale) != scales.end();
    if (!is_there) scales.push_back(matrix.scale);
  }
  if (ideal_sum) {
    scales.push_back({ColorScale::Kind::kSum, *ideal_sum, MatrixCanvas::tr("sums"), false});
  }
  return scales;
}

// The bars in lines that are no wider than `width`.
std::vector<std::vector<ColorScale>> BarLines(const std::vector<ColorScale>& scales,
                                              const QFont& font, double width) {
  const BarForm form = BarFormFor(width);
  std::vector<std::vector<ColorScale>> lines;
  double used = 0.0;
  for (const ColorScale& scale : scales) {
    const double bar = ColorBarWidth(scale, font, form.length);
    if (lines.empty() || used + form.between + bar > width) {
      lines.emplace_back();
      used = bar;
    } else {
      used += form.between + bar;
    }
    lines.back().push_back(scale);
  }
  return lines;
}

// Where everything stands in an area.
struct Layout {
  std::vector<MatrixGeometry> matrices;
  std::vector<std::vector<ColorScale>> bars;
  double line = 0.0;  // height of a line of text
  double bars_top = 0.0;
  BarForm bar_form;
};

// The widest that a caption would like to be, so that it is not cut where there is room.
double CaptionWidth(const std::vector<MatrixContent>& matrices, const QFont& font) {
  double width = 0.0;
  for (const MatrixContent& matrix : matrices) {
    width = std::max(width, QFontMetricsF(font).horizontalAdvance(matrix.caption));
  }
  return std::ceil(width) + 40.0;
}

double Room(double width, double columns) {
  return (width - (columns - 1.0) * kBetweenMatrices) / columns;
}

// On paper, where no tip says the rest of a caption: whether the matrices stand beside each other
// with whole captions in that width.
bool StandBesideOnPaper(const std::vector<MatrixContent>& matrices, double width) {
  if (width < kWideFigure) return false;
  const QFontMetricsF metrics(PaperFont());
  const double room = Room(width - 2.0 * kMargin, static_cast<double>(matrices.size()));
  return std::all_of(matrices.begin(), matrices.end(), [&](const MatrixContent& matrix) {
    return metrics.horizontalAdvance(WholeCaption(matrix)) <= room;
  });
}

Layout LayOut(const QRectF& area, const std::vector<MatrixContent>& matrices, const Fonts& fonts,
              bool is_for_paper) {
  Layout layout;
  layout.line = std::ceil(QFontMetricsF(fonts.text).height()) + 2.0;
  const QRectF inside = area.adjusted(kMargin, kMargin / 2.0, -kMargin, -kMargin / 2.0);
  layout.bar_form = BarFormFor(inside.width());
  layout.bars = BarLines(ScalesOf(matrices), fonts.text, inside.width());
  const double bars_height = layout.bars.size() * layout.line + 4.0;
  const auto count = static_cast<double>(matrices.size());
  const int size = matrices.front().size;
  const bool has_sums = std::any_of(matrices.begin(), matrices.end(),
                                    [](const MatrixContent& m) { return m.has_sums; });
  const double height = inside.height() - bars_height;
  const auto cell = [&](double columns, double rows) {
    const double wide = Room(inside.width(), columns);
    const double high = (height - (rows - 1.0) * kMargin) / rows - layout.line;
    const double side = std::floor(MatrixGeometry::CellFor(std::min(wide, high), size, has_sums));
    return std::clamp(side, 1.0, kLargestCell);
  };
  const bool beside = is_for_paper ? StandBesideOnPaper(matrices, area.width())
                                   : cell(count, 1.0) >= cell(1.0, count);
  const double columns = beside ? count : 1.0, rows = beside ? 1.0 : count;
  const double side_cell = cell(columns, rows);
  const double side = MatrixGeometry::SideFor(side_cell, size, has_sums);
  const double room = Room(inside.width(), columns);
  const double block = std::clamp(CaptionWidth(matrices, fonts.text), side, std::max(side, room));
  const double block_height = side + layout.line + (beside ? 0.0 : kMargin);
  const double width = columns * block + (columns - 1.0) * kBetweenMatrices;
  const double left = std::round(inside.center().x() - width / 2.0);
  const double top = std::round(inside.top() + (height - rows * block_height) / 2.0);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const double x = left + (beside ? static_cast<double>(i) * (block + kBetweenMatrices) : 0.0);
    const double y = top + (beside ? 0.0 : static_cast<double>(i) * block_height);
    layout.matrices.push_back(
        {QRectF(x, y, block, layout.line), QPointF(x, y + layout.line), side_cell, size});
  }
  layout.bars_top = inside.bottom() - layout.bars.size() * layout.line;
  return layout;
}

void PaintBars(QPainter& painter, const QRectF& area, const Layout& layout, const Look& look) {
  const BarForm& form = layout.bar_form;
  double middle = layout.bars_top + layout.line / 2.0;
  for (const std::vector<ColorScale>& line : layout.bars) {
    double width = form.between * static_cast<double>(line.size() - 1);
    for (const ColorScale& scale : line) width += ColorBarWidth(scale, painter.font(), form.length);
    double x = std::round(area.center().x() - width / 2.0);
    for (const ColorScale& scale : line) {
      PaintColorBar(painter, {x, std::round(middle) + 0.5}, scale, look, form.length);
      x += ColorBarWidth(scale, painter.font(), form.length) + form.between;
    }
    middle += layout.line;
  }
}

}  // namespace

void PaintMatrices(QPainter& painter, const QRectF& area,
                   const std::vector<MatrixContent>& matrices, const Look& look,
                   bool is_for_paper) {
  if (matrices.empty()) return;
  const Fonts fonts = FontsFor(look, is_for_paper);
  const Layout layout = LayOut(area, matrices, fonts, is_for_paper);
  const auto form = FormFor(matrices, layout.matrices.front().cell, fonts.number);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    PaintMatrix(painter, matrices[i], layout.matrices[i], look, fonts.text, fonts.number, form);
  }
  painter.setFont(fonts.text);
  PaintBars(painter, area, layout, look);
}

FigureHeights HeightsOfMatrices(const std::vector<MatrixContent>& matrices, double width) {
  if (matrices.empty()) return {};
  const QFont font = PaperFont();
  const double line = std::ceil(QFontMetricsF(font).height()) + 2.0;
  const auto bars =
      static_cast<double>(BarLines(ScalesOf(matrices), font, width - 2.0 * kMargin).size());
  const int size = matrices.front().size;
  const bool has_sums = std::any_of(matrices.begin(), matrices.end(),
                                    [](const MatrixContent& m) { return m.has_sums; });
  const double rows =
      StandBesideOnPaper(matrices, width) ? 1.0 : static_cast<double>(matrices.size());
  const auto height = [&](double cell) {
    const double side = MatrixGeometry::SideFor(cell, size, has_sums);
    return rows * (side + line + kMargin) + bars * line + 4.0 + kMargin;
  };
  const double widest = MatrixGeometry::CellFor(width - 2.0 * kMargin, size, has_sums);
  return {height(std::min(widest, 6.0)), height(std::min(widest, kPaperCell))};
}

MatrixCanvas::MatrixCanvas(const Look& look, QWidget* parent) : QWidget(parent), look_(look) {
  connect(&look, &Look::changed, this, qOverload<>(&QWidget::update));
}

void MatrixCanvas::Show(std::vector<MatrixContent> matrices, const QString& note) {
  const bool looks_alike =
      std::equal(matrices.begin(), matrices.end(), matrices_.begin(), matrices_.end(),
                 [](const MatrixContent& a, const MatrixContent& b) { return a.LooksLike(b); });
  const bool has_news = !looks_alike || note != note_;
  matrices_ = std::move(matrices);
  note_ = note;
  if (has_news) update();
}

QRectF MatrixCanvas::Area() const {
  if (note_.isEmpty()) return rect();
  const QRectF room(0.0, 0.0, width() - 2.0 * kMargin, height());
  const QRectF taken = QFontMetricsF(FontsFor(look_, /*is_for_paper=*/false).text)
                           .boundingRect(room, Qt::AlignHCenter | Qt::TextWordWrap, note_);
  return QRectF(rect()).adjusted(0.0, std::ceil(taken.height()) + 2.0, 0.0, 0.0);
}

void MatrixCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRectF area = Area();
  PaintMatrices(painter, area, matrices_, look_, /*is_for_paper=*/false);
  if (note_.isEmpty()) return;
  painter.setFont(FontsFor(look_, /*is_for_paper=*/false).text);
  painter.setPen(look_.Color(Role::kText));
  const QRectF line(kMargin, 0.0, width() - 2.0 * kMargin, area.top());
  painter.drawText(line, Qt::AlignCenter | Qt::TextWordWrap, note_);
}

bool MatrixCanvas::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip || matrices_.empty()) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const Layout layout = LayOut(Area(), matrices_, FontsFor(look_, /*is_for_paper=*/false),
                               /*is_for_paper=*/false);
  for (std::size_t i = 0; i < matrices_.size(); ++i) {
    const MatrixGeometry& geometry = layout.matrices[i];
    const auto place = geometry.PlaceAt(help->pos(), matrices_[i].has_sums);
    if (!place || !matrices_[i].describe) continue;
    QToolTip::showText(help->globalPos(), matrices_[i].describe(*place), this,
                       geometry.Cell(*place).toAlignedRect());
    return true;
  }
  QToolTip::hideText();
  return true;
}

}  // namespace mhc
