#include "widgets/figures/matrix_sheet_figure.h"

#include <QPainter>
#include <algorithm>

#include "core/formats/number_text.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/frame/paper_type.h"

namespace mhc {
namespace {

constexpr double kMargin = 4.0, kBetween = 7.0, kBarLength = 40.0;
constexpr double kLeastSide = 20.0;  // of a matrix with its sums

MatrixContent MatrixOf(const FetchedSnapshot& found, std::int64_t site, const QString& caption) {
  MatrixContent matrix;
  matrix.size = static_cast<int>(found.snapshot.shape.back());
  matrix.entries = MatrixEntries(found.snapshot, static_cast<int>(site));
  matrix.caption = caption;
  return matrix;
}

}  // namespace

MatrixSheetFigure::MatrixSheetFigure(const ViewContext& view_context, const QString& name)
    : View(view_context, name, tr("Mixing matrices of single sites and of composites")) {
  SetPicture(new QWidget(this));
}

bool MatrixSheetFigure::ReadRow(RunDocument& run, Row& row, QString& why) const {
  RunSnapshots snapshots(run);
  const std::int64_t step = context().step.step();
  const FetchedSnapshot* res = snapshots.At("res_mean", step);
  const FetchedSnapshot* prefix = snapshots.At("prefix_mean", step);
  const FetchedSnapshot* suffix = snapshots.At("suffix_mean", step);
  if (!snapshots.error().isEmpty()) why = snapshots.error();
  if (res == nullptr || prefix == nullptr || suffix == nullptr) return false;
  const std::int64_t last = run.configuration().SiteCount() - 1, middle = (last + 1) / 2;
  row.run = run.Name();
  const auto add = [&](const FetchedSnapshot& found, std::int64_t site, const QString& caption) {
    row.matrices.push_back(MatrixOf(found, site, caption));
  };
  for (const std::int64_t site : {std::int64_t{0}, std::max<std::int64_t>(middle - 1, 0), last}) {
    add(*res, site, tr("site %1").arg(site));
  }
  add(*prefix, std::max<std::int64_t>(middle - 1, 0),
      tr("0…%1").arg(std::max<std::int64_t>(middle - 1, 0)));
  add(*suffix, middle, tr("%1…%2").arg(middle).arg(last));
  add(*prefix, last, tr("0…%1").arg(last));
  return true;
}

void MatrixSheetFigure::Refresh() {
  if (ShowsGeneralState()) return;
  rows_.clear();
  QString why;
  bool waits = false, has_first = false;
  for (const SelectedRun& run : context().runs.runs()) {
    RunDocument& document = *run.document;
    if (!run.shown || !document.loaded() || document.configuration().SiteCount() == 0) continue;
    const std::int64_t step = std::min(context().step.step(), document.last_step());
    const auto first = document.FirstSnapshotStep();
    has_first = has_first || (first && step >= *first);
    Row row;
    if (ReadRow(document, row, why)) {
      rows_.push_back(std::move(row));
    } else {
      waits = true;
    }
  }
  if (!why.isEmpty()) {
    ShowError(why);
  } else if (waits && has_first) {
    ShowLoading();
  } else if (rows_.empty()) {
    ShowEmpty(tr("Mixing matrices need a run with mhc or hc that has reached its first snapshot."));
  } else {
    ScaleColors();
    ShowPicture({});
  }
}

// Each row has one scale, so that its matrices compare.
void MatrixSheetFigure::ScaleColors() {
  for (Row& row : rows_) {
    std::vector<double> all;
    for (const MatrixContent& matrix : row.matrices) {
      all.insert(all.end(), matrix.entries.begin(), matrix.entries.end());
    }
    const ColorScale scale = ScaleOfEntries(all, tr("entries"));
    for (MatrixContent& matrix : row.matrices) matrix.scale = scale;
  }
}

// One bar for all rows where their scales are the same; the sums have theirs.
std::vector<ColorScale> MatrixSheetFigure::CommonScales() const {
  std::vector<ColorScale> scales;
  if (HasOneScale()) scales.push_back(rows_.front().matrices.front().scale);
  scales.push_back({ColorScale::Kind::kSum, 1.0, tr("sums"), false});
  return scales;
}

bool MatrixSheetFigure::HasOneScale() const {
  return std::all_of(rows_.begin(), rows_.end(), [this](const Row& row) {
    return row.matrices.front().scale == rows_.front().matrices.front().scale;
  });
}

double MatrixSheetFigure::HeadHeight(const Row& row, double width) const {
  const auto names = static_cast<double>(WrapPaperText(row.run, width - 2.0 * kMargin).size());
  return PaperLineHeight() * (names + (HasOneScale() ? 0.0 : 1.0) + 1.0) + 1.0;
}

double MatrixSheetFigure::FootHeight(double width) const {
  return PaperLineHeight() * static_cast<double>(BarLines(width).size()) + 2.0;
}

std::vector<std::vector<ColorScale>> MatrixSheetFigure::BarLines(double width) const {
  std::vector<std::vector<ColorScale>> lines(1);
  double used = 0.0;
  for (const ColorScale& scale : CommonScales()) {
    const double bar = ColorBarWidth(scale, PaperFont(), kBarLength) + kBetween;
    if (!lines.back().empty() && used + bar > width - 2.0 * kMargin) {
      lines.emplace_back();
      used = 0.0;
    }
    lines.back().push_back(scale);
    used += bar;
  }
  return lines;
}

FigureHeights MatrixSheetFigure::HeightsOfFigure(double width) const {
  if (rows_.empty()) return {};
  const auto columns = static_cast<double>(rows_.front().matrices.size());
  const double wide = (width - 2.0 * kMargin - (columns - 1.0) * kBetween) / columns;
  double heads = 0.0;
  for (const Row& row : rows_) heads += HeadHeight(row, width) + kBetween;
  const auto count = static_cast<double>(rows_.size());
  const double rest = heads + FootHeight(width) + 2.0 * kMargin;
  return {rest + count * std::min(wide, kLeastSide), rest + count * wide};
}

void MatrixSheetFigure::DrawFigure(QPainter& painter, double width, double height) {
  const Look& look = context().look;
  const QFont font = PaperFont();
  const auto columns = static_cast<double>(rows_.front().matrices.size());
  const double wide = (width - 2.0 * kMargin - (columns - 1.0) * kBetween) / columns;
  double heads = 0.0;
  for (const Row& row : rows_) heads += HeadHeight(row, width) + kBetween;
  const double room = height - heads - FootHeight(width) - 2.0 * kMargin;
  const double high = std::max(1.0, room / static_cast<double>(rows_.size()));
  const double line = PaperLineHeight();
  double top = kMargin;
  for (const Row& row : rows_) {
    DrawHead(painter, row, width, top);
    const double cells = top + HeadHeight(row, width);
    const double row_cell = std::max(
        1.0, MatrixGeometry::CellFor(std::min(wide, high), row.matrices.front().size, true));
    const std::optional<NumberForm> form = FormFor(row.matrices, row_cell, font);
    for (std::size_t k = 0; k < row.matrices.size(); ++k) {
      const MatrixContent& matrix = row.matrices[k];
      const double cell =
          std::max(1.0, MatrixGeometry::CellFor(std::min(wide, high), matrix.size, true));
      const double x = kMargin + static_cast<double>(k) * (wide + kBetween);
      const MatrixGeometry geometry{
          QRectF(x, cells - line - 1.0, wide, line), {x, cells}, cell, matrix.size};
      PaintMatrix(painter, matrix, geometry, look, font, font, form);
    }
    top = cells + std::min(wide, high) + kBetween;
  }
  painter.setFont(font);
  double middle = height - kMargin - FootHeight(width) + 0.5 * line + 2.0;
  for (const std::vector<ColorScale>& bars : BarLines(width)) {
    double x = kMargin;
    for (const ColorScale& scale : bars) {
      PaintColorBar(painter, {x, middle}, scale, look, kBarLength);
      x += ColorBarWidth(scale, font, kBarLength) + kBetween;
    }
    middle += line;
  }
}

// The run's name, then its own colours where rows differ in them.
void MatrixSheetFigure::DrawHead(QPainter& painter, const Row& row, double width,
                                 double top) const {
  const double line = PaperLineHeight();
  painter.setPen(context().look.Color(Role::kText));
  double middle = top + 0.5 * line;
  for (const QString& text : WrapPaperText(row.run, width - 2.0 * kMargin)) {
    DrawPaperText(painter, {kMargin, middle}, 0.0, text);
    middle += line;
  }
  if (HasOneScale()) return;
  painter.setFont(PaperFont());
  PaintColorBar(painter, {kMargin, middle}, row.matrices.front().scale, context().look, kBarLength);
}

std::vector<std::vector<std::string>> MatrixSheetFigure::FigureTable() const {
  std::vector<std::vector<std::string>> table = {
      {"run", "matrix", "output_stream", "input_stream", "value"}};
  for (const Row& row : rows_) {
    for (const MatrixContent& matrix : row.matrices) {
      for (int i = 0; i < matrix.size; ++i) {
        for (int j = 0; j < matrix.size; ++j) {
          table.push_back({row.run.toStdString(), matrix.caption.toStdString(), std::to_string(i),
                           std::to_string(j), NumberText(matrix.Entry(i, j))});
        }
      }
    }
  }
  return table;
}

}  // namespace mhc
