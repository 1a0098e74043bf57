#include "widgets/depth/measure_plot.h"

#include <QCoreApplication>
#include <QToolTip>
#include <algorithm>
#include <utility>

#include "core/formats/number_text.h"
#include "core/record/record/snapshot_kinds.h"
#include "widgets/depth/depth_sheet.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/frame/header_button.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/matrix_canvas.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

QString Translated(const char* text) { return QCoreApplication::translate("SiteMeasure", text); }

// What the record says of the numbers, where they are its own.
QString Meaning(const SiteMeasure& measure) {
  if (measure.text != nullptr) return Translated(measure.text);
  const SnapshotKind* kind = FindSnapshotKind(measure.kind);
  return kind == nullptr ? QString()
                         : QString::fromUtf8(kind->text.data(), qsizetype(kind->text.size()));
}

std::vector<double> Component(const Snapshot& snapshot, std::size_t component) {
  const auto width =
      static_cast<std::size_t>(snapshot.shape.size() > 1 ? snapshot.shape.back() : std::int64_t{1});
  std::vector<double> values;
  for (std::size_t i = component; i < snapshot.data.size(); i += width) {
    values.push_back(snapshot.data[i]);
  }
  return values;
}

std::vector<std::vector<double>> RowsOf(const Snapshot& square) {
  const auto width = square.shape.back();
  std::vector<std::vector<double>> rows;
  for (auto row = square.data.begin(); row != square.data.end(); row += width) {
    rows.emplace_back(row, row + width);
  }
  return rows;
}

// The lines of the measure, or one a stream.
std::vector<SiteMeasureLine> LinesOf(const SiteMeasure& measure, const Snapshot& snapshot) {
  std::vector<SiteMeasureLine> lines = measure.lines;
  for (std::size_t stream = 0;
       measure.lines.empty() && std::cmp_less(stream, snapshot.shape.back()); ++stream) {
    lines.push_back({stream, ""});
  }
  return lines;
}

}  // namespace

MeasurePlot::MeasurePlot(const ViewContext& view_context, std::size_t measure)
    : View(view_context, QStringLiteral("measurePlot"), tr("Measures")),
      choice_(new HeaderChoice(tr("What is drawn along the depth"), view_context.look, this)),
      pictures_(new QStackedWidget(this)),
      curves_(new DepthPicture(view_context.look, /*panels=*/1, /*is_for_paper=*/false, this)),
      matrix_(new MatrixCanvas(view_context.look, this)) {
  pictures_->addWidget(curves_);
  pictures_->addWidget(matrix_);
  SetPicture(pictures_);
  choice_->setObjectName(QStringLiteral("measurePlotWhat"));
  QStringList titles;
  for (const SiteMeasure& row : SiteMeasures()) titles << Translated(row.title);
  choice_->SetChoices(titles);
  choice_->SetChosen(static_cast<int>(measure));
  AddControl(choice_);
  auto* other =
      new HeaderButton(tr("streams"), tr("Show the streams here again"), view_context.look, this);
  other->setObjectName(objectName() + "Other");
  AddControl(other);
  connect(other, &QToolButton::clicked, this, &MeasurePlot::otherRequested);
  connect(choice_, &HeaderChoice::chosenByHand, this, &MeasurePlot::RefreshNow);
  connect(curves_, &DepthPicture::siteChosen, &context().site, &SiteCursor::SetSite);
  connect(curves_, &DepthPicture::pointedAt, this,
          [this](int place, QPoint where) { QToolTip::showText(where, TextAt(place), curves_); });
}

const SiteMeasure& MeasurePlot::measure() const {
  return SiteMeasures()[static_cast<std::size_t>(choice_->chosen())];
}

QString MeasurePlot::Title() const { return Translated(measure().title); }

QString MeasurePlot::LineName(std::size_t line) const {
  return measure().lines.empty() ? tr("stream %1").arg(line)
                                 : Translated(measure().lines[line].name);
}

QString MeasurePlot::FigureName() const { return QString::fromLatin1(measure().figure); }

void MeasurePlot::Refresh() {
  choice_->setToolTip(Meaning(measure()));
  if (shown_ != &measure()) {
    shown_ = nullptr;
    values_.clear();
    deviations_.clear();
    detail_of_ = {};
  }
  if (ShowsGeneralState()) return;
  RunDocument& run = *current();
  RunSnapshots snapshots(run);
  const auto [found, spread] = snapshots.WithDeviationAt(measure().kind, context().step.step());
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return;
  }
  if (found == nullptr) {
    if (ShowsWhenSnapshotsBegin(tr("%1 appears here").arg(Title()), context().step.step())) return;
    if (!snapshots.AwaitsAt(measure().kind, context().step.step())) {
      ShowEmpty(tr("This run's record does not hold it: %1").arg(Meaning(measure())));
    } else if (!Ready() || shown_run_ != run.key() || shown_ != &measure()) {
      ShowLoading();
    }
    return;
  }
  ReadValues(run, snapshots, *found, spread);
  shown_run_ = run.key();
  shown_step_ = found->step;
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return;
  }
  if (values_.empty()) {
    ShowLoading();
    return;
  }
  shown_ = &measure();
  detail_of_ = measure().detail ? found->snapshot : Snapshot{};
  pictures_->setCurrentIndex(measure().is_matrix ? 1 : 0);
  if (measure().is_matrix) {
    matrix_->Show({Kernel()});
  } else {
    curves_->Show(Curves(/*is_for_paper=*/false));
  }
  const QString step = tr("step %1").arg(StepNumber(shown_step_));
  const bool has_bands = !deviations_.empty() && !deviations_.front().empty();
  ShowPicture(has_bands ? tr("%1 · token mean, band ± deviation").arg(step) : step);
}

void MeasurePlot::ReadValues(RunDocument& run, RunSnapshots& snapshots,
                             const FetchedSnapshot& found, const FetchedSnapshot* spread) {
  deviations_.clear();
  if (measure().derive) {
    values_ = measure().derive(run, snapshots, found);
    return;
  }
  if (measure().is_matrix) {
    values_ = RowsOf(found.snapshot);
    return;
  }
  values_.clear();
  for (const SiteMeasureLine& line : LinesOf(measure(), found.snapshot)) {
    values_.push_back(Component(found.snapshot, line.component));
    deviations_.emplace_back();
    if (spread != nullptr) deviations_.back() = Component(spread->snapshot, line.component);
    if (line.deviation) deviations_.back() = Component(found.snapshot, *line.deviation);
  }
}

std::optional<double> MeasurePlot::DeviationAt(std::size_t line, std::size_t place) const {
  if (line >= deviations_.size() || place >= deviations_[line].size()) return std::nullopt;
  return deviations_[line][place];
}

DepthContent MeasurePlot::Curves(bool is_for_paper) const {
  DepthContent content;
  DepthPanel panel;
  panel.is_logarithmic_over_decades = measure().is_logarithmic;
  panel.rounding = measure().rounding;
  panel.ideal = measure().ideal;
  if (panel.ideal) panel.seen = {*panel.ideal};
  const auto site = static_cast<std::size_t>(std::max(context().site.site(), 0));
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const QPen pen = context().look.RunPen(static_cast<int>(i));
    panel.curves.push_back(CurveWithBand(
        values_[i], i < deviations_.size() ? deviations_[i] : std::vector<double>(), pen));
    LegendEntry entry{pen, LineName(i), {}};
    if (!is_for_paper && site < values_[i].size()) entry.value = ValueText(values_[i][site]);
    if (values_.size() > 1) content.legend.push_back(entry);
  }
  if (is_for_paper) {
    panel.title = Title();
    content.x_title = measure().is_between_sites ? tr("position") : tr("site");
  } else {
    content.cursor = context().site.site();
  }
  content.panels.push_back(std::move(panel));
  return content;
}

MatrixContent MeasurePlot::Kernel() const {
  MatrixContent matrix;
  matrix.size = static_cast<int>(values_.size());
  for (const std::vector<double>& row : values_) {
    matrix.entries.insert(matrix.entries.end(), row.begin(), row.end());
  }
  matrix.caption = tr("reads (down) of what sites wrote (across)");
  matrix.scale = ScaleOfEntries(matrix.entries, tr("weight"));
  matrix.has_sums = false;
  matrix.describe = [matrix](const MatrixPlace& place) {
    return tr("Site %1 reads what site %2 wrote with weight %3")
        .arg(place.row)
        .arg(place.column)
        .arg(ValueText(matrix.At(place)));
  };
  return matrix;
}

QString MeasurePlot::TextAt(int place) const {
  if (shown_ != &measure()) return {};  // the picture of the one before still stands
  QStringList lines{measure().is_between_sites ? tr("Position %1").arg(place) : SiteText(place)};
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto at = static_cast<std::size_t>(place);
    if (at >= values_[i].size()) continue;
    const QString name = LineName(i);
    const auto deviation = DeviationAt(i, at);
    const QString value =
        deviation ? ValueWithSpread(values_[i][at], *deviation) : ValueText(values_[i][at]);
    lines << (name.isEmpty() ? value : tr("%1: %2").arg(name, value));
  }
  if (measure().detail) lines << measure().detail(detail_of_, place);
  lines << Meaning(measure());
  return lines.join(QStringLiteral("\n"));
}

void MeasurePlot::DrawFigure(QPainter& painter, double width, double height) {
  if (shown_ != &measure()) return;
  DrawPaperSheet(painter, Sheet(), context().look, QRectF(0.0, 0.0, width, height));
}

FigureHeights MeasurePlot::HeightsOfFigure(double width) const {
  return HeightsOf(Sheet(), context().look, width);
}

PaperSheet MeasurePlot::Sheet() const {
  if (measure().is_matrix) {
    return MatrixSheet(Kernel(), tr("site that wrote"), tr("site that reads"), context().look);
  }
  return SheetOf(Curves(/*is_for_paper=*/true), context().look);
}

std::vector<std::vector<std::string>> MeasurePlot::FigureTable() const {
  std::vector<std::vector<std::string>> table(1,
                                              {measure().is_between_sites ? "position" : "site"});
  const std::size_t places = values_.empty() ? 0 : values_.front().size();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::string name = "of_site_" + std::to_string(i);
    if (!measure().is_matrix) {
      name = measure().lines.empty() ? "stream_" + std::to_string(i) : measure().lines[i].name;
    }
    table[0].push_back(name.empty() ? measure().figure : name);
    if (DeviationAt(i, 0)) table[0].push_back(table[0].back() + " deviation");
  }
  for (std::size_t place = 0; place < places; ++place) {
    std::vector<std::string> row{std::to_string(place)};
    for (std::size_t i = 0; i < values_.size(); ++i) {
      row.push_back(NumberText(values_[i][place]));
      if (const auto deviation = DeviationAt(i, place)) row.push_back(NumberText(*deviation));
    }
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace mhc
