#include "widgets/curves/curve_plot.h"

#include <QActionGroup>
#include <QMenu>
#include <QSignalBlocker>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/formats/number_text.h"
#include "widgets/curves/curve_sheet.h"
#include "widgets/frame/header_button.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/words/number_words.h"
#include "widgets/words/scalar_words.h"

namespace mhc {
namespace {

constexpr int kFewestMeanSteps = 5;
constexpr int kNarrowHeader = 460;                         // px
constexpr double kLightShare = 0.01, kStrongShare = 0.05;  // of the run's recorded steps

// 1, 2 or 5 times a power of ten, at most `value`.
int RoundNumber(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  const double digit = value / power;
  return static_cast<int>((digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0) * power);
}

}  // namespace

CurvePlot::CurvePlot(const ViewContext& view_context, const QString& object_name,
                     std::string column, Offers offers)
    : View(view_context, object_name, ScalarTitle(column)),
      picture_(new CurvePicture(view_context.look, false, this)),
      navigation_(new PlotNavigation(*picture_)),
      lines_(column) {
  SetPicture(picture_);
  MakeControls(offers);
  TakeColumn(std::move(column));
  // A run may be closed while this view is hidden and does not refresh.
  connect(&context().runs, &RunSelection::runsChanged, this, [this] {
    if (isVisible()) return;
    picture_->Forget();
    lines_.Forget();
  });
  connect(navigation_, &PlotNavigation::clicked, this, &CurvePlot::ChooseStep);
  connect(navigation_, &PlotNavigation::doubleClicked, this, &CurvePlot::ReturnToStep);
  connect(navigation_, &PlotNavigation::fitsChanged, this, [this] {
    fit_button_->SetOffered(!navigation_->fits_x() || !navigation_->fits_y());
    RefreshNow();
  });
}

void CurvePlot::TakeColumn(std::string column) {
  column_ = std::move(column);
  const int index = FindStepColumn(column_);
  Q_ASSERT(index >= 0);
  const std::string_view unit = StepColumns()[static_cast<std::size_t>(index)].unit;
  unit_ = QString::fromUtf8(unit.data(), static_cast<qsizetype>(unit.size()));
  picture_->Forget();
  lines_.SetColumn(column_);
  SetTitle(ScalarTitle(column_), ScalarText(column_));
  const QSignalBlocker silent(logarithmic_button_);
  logarithmic_ = IsScalarLogarithmic(column_);
  logarithmic_button_->setChecked(logarithmic_);
}

void CurvePlot::OfferScalars() {
  if (scalar_choice_ == nullptr) return;
  std::vector<std::string> offered;
  for (const StepColumn& column : StepColumns()) {
    const std::string name(column.name);
    const bool is_there = std::any_of(context().runs.runs().begin(), context().runs.runs().end(),
                                      [&](const SelectedRun& run) {
                                        if (!run.shown || !run.document->loaded()) return false;
                                        const Series& series = run.document->Of(name);
                                        return series.Over(1, series.last_step()).finite > 0;
                                      });
    if (is_there || name == column_) offered.push_back(name);
  }
  // In a narrow header the value itself comes before the choice's name.
  scalar_choice_->SetTexts(width() < kNarrowHeader ? QString() : tr("scalar"), {});
  if (offered == offered_) return;
  offered_ = std::move(offered);
  QStringList titles;
  for (const std::string& name : offered_) titles << ScalarTitle(name);
  scalar_choice_->SetChoices(titles);
  const auto now = std::find(offered_.begin(), offered_.end(), column_);
  scalar_choice_->SetChosen(static_cast<int>(now - offered_.begin()));
  scalar_choice_->SetTexts(width() < kNarrowHeader ? QString() : tr("scalar"), {});
}

void CurvePlot::MakeControls(Offers offers) {
  fit_button_ = new HeaderButton(tr("fit"), PlotNavigation::Text(), context().look, this);
  fit_button_->setObjectName(objectName() + "Fit");
  fit_button_->SetOffered(false);
  connect(fit_button_, &QToolButton::clicked, navigation_, &PlotNavigation::Fit);
  AddControl(fit_button_);
  smoothing_button_ =
      new HeaderButton({}, tr("Draw an exponential mean; the measured values stay behind it."),
                       context().look, this);
  smoothing_button_->setObjectName(objectName() + "Smoothing");
  smoothing_button_->setCheckable(true);
  auto* menu = new QMenu(smoothing_button_);
  auto* group = new QActionGroup(menu);
  const auto add = [&](const QString& text, Smoothing smoothing) {
    QAction* action = menu->addAction(text, this, [this, smoothing] { SetSmoothing(smoothing); });
    action->setCheckable(true);
    action->setChecked(smoothing == smoothing_);
    group->addAction(action);
  };
  add(tr("off"), Smoothing::kOff);
  add(tr("light"), Smoothing::kLight);
  add(tr("strong"), Smoothing::kStrong);
  menu->addSeparator();
  QAction* folds = menu->addAction(tr("seeds as one line with a band"));
  folds->setToolTip(tr("Runs that differ in nothing but their seed: their mean, least and most."));
  folds->setCheckable(true);
  folds->setChecked(folds_seeds_);
  connect(folds, &QAction::toggled, this, [this](bool on) {
    folds_seeds_ = on;
    RefreshNow();
  });
  smoothing_button_->setMenu(menu);
  AddControl(smoothing_button_);

  logarithmic_button_ =
      new HeaderButton(tr("log"), tr("Logarithmic or linear axis"), context().look, this);
  logarithmic_button_->setObjectName(objectName() + "Logarithmic");
  logarithmic_button_->setCheckable(true);
  connect(logarithmic_button_, &QToolButton::toggled, this, [this](bool on) {
    logarithmic_ = on;
    navigation_->Fit();
    RefreshNow();
  });
  AddControl(logarithmic_button_);
  if (offers == Offers::kNothingElse) return;
  scalar_choice_ = new HeaderChoice(tr("Another scalar of the record"), context().look, this);
  scalar_choice_->setObjectName(objectName() + "Scalar");
  connect(scalar_choice_, &HeaderChoice::chosenByHand, this, [this](int chosen) {
    TakeColumn(offered_[static_cast<std::size_t>(chosen)]);
    navigation_->Fit();
    RefreshNow();
  });
  AddControl(scalar_choice_);
}

void CurvePlot::SetSmoothing(Smoothing smoothing) {
  smoothing_ = smoothing;
  smoothing_button_->setChecked(smoothing != Smoothing::kOff);
  RefreshNow();
}

// The same for all runs, from how far the current one has come, so that curves compare and a short
// one, which has little to smooth, does not lag behind itself.
int CurvePlot::MeanSteps(Smoothing smoothing) const {
  if (smoothing == Smoothing::kOff || current() == nullptr) return 0;
  const auto recorded = static_cast<double>(current()->last_step());
  const double wanted = (smoothing == Smoothing::kLight ? kLightShare : kStrongShare) * recorded;
  return wanted < kFewestMeanSteps ? 0 : RoundNumber(std::min(wanted, 1e9));
}

const std::vector<CurveLine>& CurvePlot::Lines() {
  return lines_.Collect(context().runs, MeanSteps(smoothing_), folds_seeds_);
}

CurveContent CurvePlot::Content(bool is_for_paper) {
  CurveContent content;
  const std::vector<CurveLine>& lines = Lines();
  if (lines.empty()) return content;
  content.legend = Legend(lines, is_for_paper);
  for (const bool is_current : {false, true}) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].is_current != is_current) continue;
      content.runs.push_back({lines[i].source, context().look.RunPen(lines[i].color), i});
    }
  }
  if (!is_for_paper) content.cursor = static_cast<double>(context().step.step());
  content.marked = current();
  content.logarithmic = logarithmic_;
  content.ideal = ScalarIdeal(column_);
  content.fits_x = navigation_->fits_x();
  content.fits_y = navigation_->fits_y();
  if (is_for_paper) {
    content.x_title = tr("Step");
    content.y_title = AxisTitle();
  }
  return content;
}

// Only where there is more than one thing to tell apart. On the screen the header says what a
// single run's points are.
std::vector<LegendRow> CurvePlot::Legend(const std::vector<CurveLine>& lines, bool is_for_paper) {
  std::vector<LegendRow> rows;
  const Series* points = nullptr;  // of the current run where it is drawn
  for (const CurveLine& line : lines) {
    LegendRow row;
    row.pen = context().look.RunPen(line.color);
    row.name = line.name;
    row.strong = line.is_current && !is_for_paper;
    row.has_band = line.source.low != nullptr;
    row.values << ValueText(*line.shown);
    rows.push_back(row);
    if (points == nullptr || line.is_current) points = line.source.points;
  }
  const bool has_points = points != nullptr && points->Over(1, points->last_step()).finite > 0;
  const bool single = rows.size() == 1;
  if (single && (!has_points || !is_for_paper)) return {};
  if (!has_points) return rows;
  if (single) rows.front().name = tr("training");
  LegendRow row;
  const LineSample sample = RunCurve::PointSample(
      single ? rows.front().pen : QPen(context().look.Color(Role::kQuietText)));
  row.pen = sample.pen;
  row.dot = sample.dot;
  row.name = tr("validation");
  row.values << LastText(*points);
  rows.push_back(row);
  return rows;
}

// At the cursor.
QString CurvePlot::ValueText(const Series& series) const {
  const std::int64_t step = context().step.step();
  const bool is_there = step >= 1 && step <= series.last_step();
  return is_there ? mhc::ValueText(series.At(step)) : QStringLiteral("–");
}

// At the cursor or before it.
QString CurvePlot::LastText(const Series& series) const {
  std::int64_t step = 0;
  double value = 0.0;
  return series.LastFinite(context().step.step(), step, value) ? mhc::ValueText(value)
                                                               : QStringLiteral("–");
}

QString CurvePlot::AxisTitle() const {
  return unit_.isEmpty() ? title() : tr("%1 (%2)").arg(title(), unit_);
}

QString CurvePlot::ShownText() {
  const QString at_step = tr("step %1").arg(StepNumber(context().step.step()));
  const std::vector<CurveLine>& lines = lines_.lines();
  if (lines.size() > 1) return unit_.isEmpty() ? at_step : tr("%1 · %2").arg(unit_, at_step);
  const QString value = ValueText(*lines.front().shown);
  QStringList parts(unit_.isEmpty() ? value : tr("%1 %2").arg(value, unit_));
  if (lines.front().fold.runs.size() > 1) {
    parts << tr("mean of %1 seeds").arg(lines.front().fold.runs.size());
  }
  const Series* points = lines.front().source.points;
  if (points != nullptr && points->Over(1, context().step.step()).finite > 0) {
    parts << tr("○ validation %1").arg(LastText(*points));
  }
  parts << at_step;
  return parts.join(QStringLiteral(" · "));
}

void CurvePlot::Refresh() {
  if (ShowsGeneralState()) {
    picture_->Forget();
    return;
  }
  OfferScalars();
  CurveContent content = Content(/*is_for_paper=*/false);
  if (content.runs.empty()) {
    picture_->Forget();
    ShowEmpty(current()->last_step() == 0
                  ? tr("%1 appears here with the first finished step.").arg(title())
                  : tr("No run that is shown has this measure. Show another run in the run "
                       "table."));
    return;
  }
  const int mean_steps = MeanSteps(smoothing_);
  smoothing_button_->setText(mean_steps == 0 ? tr("smooth ▾")
                                             : tr("mean of %1 ▾").arg(StepNumber(mean_steps)));
  navigation_->ApplyLook(context().look);
  picture_->Show(std::move(content));
  ShowPicture(ShownText());
}

void CurvePlot::ChooseStep(double x) {
  step_before_click_ = context().step.step();
  followed_before_click_ = context().step.follows();
  context().step.SetStep(std::llround(x));
}

void CurvePlot::ReturnToStep() {
  if (followed_before_click_) {
    context().step.SetFollows(true);
  } else {
    context().step.SetStep(step_before_click_);
  }
}

QString CurvePlot::FigureName() const {
  // Two have had their names before the others had figures.
  const QString name = QString::fromStdString(column_);
  return column_ == "loss" || column_ == "gradient_norm" ? name : "curve_" + name;
}

void CurvePlot::DrawFigure(QPainter& painter, double width, double height) {
  DrawPaperSheet(painter, Sheet(), context().look, QRectF(0.0, 0.0, width, height));
}

FigureHeights CurvePlot::HeightsOfFigure(double width) const {
  return HeightsOf(Sheet(), context().look, width);
}

PaperSheet CurvePlot::Sheet() const {
  const int mean_steps = MeanSteps(smoothing_);
  CurveLines lines(column_);
  PaperSheet sheet = CurveSheet(lines.Collect(context().runs, mean_steps, folds_seeds_), column_,
                                mean_steps, *current(), context().look);
  PaperPanel& panel = sheet.panels.front();
  panel.y_title = AxisTitle().toLower();
  panel.is_logarithmic = logarithmic_;
  panel.ideal = ScalarIdeal(column_);
  panel.ideal_name = tr("ideal");
  const auto range = [](const QCPAxis& axis) {
    return std::pair(axis.range().lower, axis.range().upper);
  };
  if (!navigation_->fits_x()) sheet.x_range = range(*picture_->xAxis);
  if (!navigation_->fits_y()) panel.y_range = range(*picture_->yAxis);
  return sheet;
}

std::vector<std::vector<std::string>> CurvePlot::FigureTable() const {
  std::vector<std::vector<std::string>> table(1, {"step"});
  const int mean_steps = MeanSteps(smoothing_);
  struct Column {
    const Series* series;
    bool is_sparse;  // NaN says that nothing was measured
  };
  std::vector<Column> columns;
  std::int64_t last = 0;
  CurveLines lines(column_);
  for (const CurveLine& line : lines.Collect(context().runs, mean_steps, folds_seeds_)) {
    const std::string name = line.name.toStdString() + " " + column_;
    const auto add = [&](const std::string& title, const Series* series, bool is_sparse) {
      if (series == nullptr) return;
      table[0].push_back(title);
      columns.push_back({series, is_sparse});
      last = std::max(last, series->last_step());
    };
    add(name, line.source.values, false);
    add(name + " mean of " + std::to_string(mean_steps), line.source.mean, false);
    add(name + " least", line.source.low, false);
    add(name + " most", line.source.high, false);
    add(line.name.toStdString() + " validation_loss", line.source.points, true);
  }
  const QCPRange range = picture_->xAxis->range();
  std::int64_t first = 1;
  if (!navigation_->fits_x()) {
    first = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(range.lower)));
    last = std::min(last, static_cast<std::int64_t>(std::floor(range.upper)));
  }
  for (std::int64_t step = first; step <= last; ++step) {
    std::vector<std::string> row{std::to_string(step)};
    for (const Column& column : columns) {
      const double value = column.series->At(step);
      const bool is_there =
          step <= column.series->last_step() && !(column.is_sparse && std::isnan(value));
      row.push_back(is_there ? NumberText(value) : std::string());
    }
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace mhc
