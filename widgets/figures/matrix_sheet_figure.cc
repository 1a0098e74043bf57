#include "widgets/figures/matrix_sheet_figure.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

#include "core/formats/number_text.h"
#include "widgets/document/run_snapshots.h"

namespace mhc {
namespace {

constexpr int kPaperType_px = 11;  // 8 pt
constexpr double kMargin = 6.0, kBetween = 10.0;

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

void MatrixSheetFigure::DrawFigure(QPainter& painter, double width, double height) {
  const Look& look = context().look;
  QFont text = look.NumberFont(), number = look.MatrixFont();
  text.setPixelSize(kPaperType_px);
  number.setPixelSize(kPaperType_px);
  const double line = std::ceil(QFontMetricsF(text).height()) + 2.0;
  const auto columns = static_cast<double>(rows_.front().matrices.size());
  const auto count = static_cast<double>(rows_.size());
  const double wide = (width - 2.0 * kMargin - (columns - 1.0) * kBetween) / columns;
  const double high = (height - 2.0 * kMargin) / count - 3.0 * line;
  const double cell = std::max(
      1.0,
      MatrixGeometry::CellFor(std::min(wide, high), rows_.front().matrices.front().size, true));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const double top = kMargin + static_cast<double>(i) * (height - 2.0 * kMargin) / count;
    painter.setFont(text);
    painter.setPen(look.Color(Role::kText));
    painter.drawText(QRectF(kMargin, top, width, line), Qt::AlignLeft | Qt::AlignVCenter, row.run);
    const ColorScale& scale = row.matrices.front().scale;
    PaintColorBar(
        painter, {width - kMargin - ColorBarWidth(scale, text), top + std::round(line / 2.0) + 0.5},
        scale, look);
    const std::optional<NumberForm> form = FormFor(row.matrices, cell, number);
    for (std::size_t k = 0; k < row.matrices.size(); ++k) {
      const MatrixContent& matrix = row.matrices[k];
      const double x = kMargin + static_cast<double>(k) * (wide + kBetween);
      const MatrixGeometry geometry{
          QRectF(x, top + line, wide, line), {x, top + 2.0 * line}, cell, matrix.size};
      PaintMatrix(painter, matrix, geometry, look, text, number, form);
    }
  }
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
