#include "widgets/depth/spectrum_plot.h"

#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "widgets/depth/depth_sheet.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/paper_changes.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/measures/matrix_measures.h"
#include "widgets/words/flag_text.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr auto kKind = "singular_values";
constexpr auto kCompositeKind = "prefix_singular_values";
constexpr auto kMatrices = "res_mean", kCompositeMatrices = "prefix_mean";
constexpr int kUsualNumber = 1;  // σ₂: σ₁ of a doubly stochastic map is 1
constexpr int kColorsFit = 0;    // else they are pinned
constexpr int kWholeDisc = 0;    // else the plane holds the eigenvalues only
constexpr double kReach = 4.0;   // of the pointer, in pixels
// Of σ₁ in double precision, at the sizes that there are.
constexpr double kRounding = 1e-15;

// "σ₂".
QString SigmaText(int number) {
  static const QString kLowered = QStringLiteral("₀₁₂₃₄₅₆₇₈₉");
  QString text = QStringLiteral("σ");
  for (const QChar digit : QString::number(number + 1)) text += kLowered[digit.digitValue()];
  return text;
}

// By singular value, then site.
std::vector<std::vector<double>> ByStream(const Snapshot& snapshot) {
  const auto streams = static_cast<std::size_t>(snapshot.shape.back());
  std::vector<std::vector<double>> values(streams);
  for (std::size_t i = 0; i < snapshot.data.size(); ++i) {
    values[i % streams].push_back(snapshot.data[i]);
  }
  return values;
}

}  // namespace

SpectrumPlot::SpectrumPlot(const ViewContext& view_context, What what)
    : View(view_context, QStringLiteral("spectrumPlot"), tr("Spectrum")),
      pictures_(new QStackedWidget(this)),
      map_(new SpectrumMap(view_context.look, /*is_for_paper=*/false, this)),
      curves_(new DepthPicture(view_context.look, /*panels=*/1, /*is_for_paper=*/false, this)),
      plane_(new EigenvaluePlane(view_context.look, /*is_for_paper=*/false, this)),
      what_choice_(new HeaderChoice(tr("What is drawn"), view_context.look, this)),
      number_choice_(new HeaderChoice(tr("Which singular value"), view_context.look, this)),
      color_choice_(new HeaderChoice(tr("Which values the colours span"), view_context.look, this)),
      plane_choice_(new HeaderChoice(tr("What the axes hold"), view_context.look, this)) {
  pictures_->addWidget(map_);
  pictures_->addWidget(curves_);
  pictures_->addWidget(plane_);
  SetPicture(pictures_);
  number_choice_->setObjectName(QStringLiteral("spectrumPlotNumber"));
  what_choice_->setObjectName(QStringLiteral("spectrumPlotWhat"));
  what_choice_->SetChoices({tr("over time"), tr("over sites"), tr("composite over sites"),
                            tr("eigenvalues"), tr("composite's eigenvalues")});
  what_choice_->SetChosen(static_cast<int>(what));
  number_choice_->SetChoices({SigmaText(0), SigmaText(1)});
  number_choice_->SetChosen(kUsualNumber);
  color_choice_->setObjectName(QStringLiteral("spectrumPlotColors"));
  color_choice_->SetChoices({tr("colours as the values lie"), tr("colours from 0 to 1")});
  plane_choice_->setObjectName(QStringLiteral("spectrumPlotPlane"));
  plane_choice_->SetChoices({tr("unit disc"), tr("as they lie")});
  AddControl(color_choice_);
  AddControl(plane_choice_);
  AddControl(number_choice_);
  AddControl(what_choice_);
  connect(color_choice_, &HeaderChoice::chosenByHand, this, &SpectrumPlot::RefreshNow);
  connect(what_choice_, &HeaderChoice::chosenByHand, this, &SpectrumPlot::RefreshNow);
  connect(number_choice_, &HeaderChoice::chosenByHand, this, &SpectrumPlot::RefreshNow);
  connect(plane_choice_, &HeaderChoice::chosenByHand, this, &SpectrumPlot::RefreshNow);
  connect(map_, &SpectrumMap::chosen, this, &SpectrumPlot::ChoosePlace);
  connect(map_, &SpectrumMap::pointedAt, this, [this](double step, int site, QPoint where) {
    QToolTip::showText(where, TextAt(step, site), map_);
  });
  connect(curves_, &DepthPicture::siteChosen, &context().site, &SiteCursor::SetSite);
  connect(curves_, &DepthPicture::pointedAt, this, [this](int site, QPoint where) {
    QToolTip::showText(where, CurveTextAt(site), curves_);
  });
  connect(plane_, &EigenvaluePlane::siteChosen, &context().site, &SiteCursor::SetSite);
  connect(plane_, &EigenvaluePlane::pointedAt, this,
          [this](int site, QPoint where) { QToolTip::showText(where, PlaneTextAt(site), plane_); });
}

SpectrumPlot::What SpectrumPlot::what() const { return static_cast<What>(what_choice_->chosen()); }

bool SpectrumPlot::is_plane() const {
  return what() == What::kEigenvalues || what() == What::kCompositeEigenvalues;
}

bool SpectrumPlot::is_composite() const {
  return what() == What::kCompositeOverSites || what() == What::kCompositeEigenvalues;
}

int SpectrumPlot::number() const { return number_choice_->chosen(); }

void SpectrumPlot::OfferNumbers(int streams) {
  QStringList names;
  for (int i = 0; i < streams; ++i) names << SigmaText(i);
  number_choice_->SetChoices(names);
}

void SpectrumPlot::ShowWhyThereIsNothing() {
  const Configuration& configuration = current()->configuration();
  if (configuration.SiteCount() == 0) {
    ShowEmpty(
        tr("A residual run has no mixing matrices, and so no spectrum. Show a run "
           "with mhc or hc to see one here."));
    return;
  }
  const std::int64_t step =
      what() == What::kOverTime ? current()->last_step() : context().step.step();
  if (ShowsWhenSnapshotsBegin(tr("The spectra of all sites appear here"), step)) return;
  if (!Ready() || shown_run_ != current()->key() || shown_what_ != what()) ShowLoading();
}

void SpectrumPlot::Refresh() {
  if (ShowsGeneralState()) return;
  RunDocument& run = *current();
  const bool has_sites = run.configuration().SiteCount() > 0;
  number_choice_->setVisible(has_sites && what() == What::kOverTime);
  color_choice_->setVisible(has_sites && what() == What::kOverTime);
  const bool fits_colors = color_choice_->chosen() == kColorsFit;
  color_choice_->SetTexts(fits_colors ? tr("colours fit") : tr("colours 0…1"),
                          fits_colors ? tr("fit") : tr("0…1"));
  plane_choice_->setVisible(has_sites && is_plane());
  what_choice_->setVisible(has_sites);
  if (!has_sites) {
    ShowWhyThereIsNothing();
    return;
  }
  OfferNumbers(static_cast<int>(run.configuration().StreamCount()));
  if (shown_what_ != what()) Forget();
  if (what() == What::kOverTime) {
    RefreshMap(run);
  } else if (is_plane()) {
    RefreshPlane(run);
  } else {
    RefreshCurves(run);
  }
}

// What is not of this kind of picture must not be copied or saved as if it were.
void SpectrumPlot::Forget() {
  shown_what_.reset();
  values_.clear();
  deviations_.clear();
  matrices_.reset();
  plane_->Show({});
}

void SpectrumPlot::ShowWhat(const QString& shown) {
  shown_run_ = current()->key();
  shown_what_ = what();
  pictures_->setCurrentIndex(is_plane() ? 2 : what() == What::kOverTime ? 0 : 1);
  ShowPicture(shown);
}

void SpectrumPlot::RefreshMap(RunDocument& run) {
  RunSnapshots snapshots(run);
  const SnapshotHistory* history = snapshots.Over(kKind);
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return;
  }
  if (history == nullptr) {
    ShowWhyThereIsNothing();
    return;
  }
  FillMap(*map_, *history, /*is_for_paper=*/false);
  ShowWhat(tr("site against step"));
}

void SpectrumPlot::FillMap(SpectrumMap& map, const SnapshotHistory& history,
                           bool is_for_paper) const {
  map.ShowHistory(history, {number(), current()->last_step(),
                            tr("%1 of H_res, token mean").arg(SigmaText(number())),
                            color_choice_->chosen() == kColorsFit});
  SpectrumMap::Marks marks;
  for (const Intervention& past : current()->interventions()) {
    if (ChangesTraining(past)) marks.changes.push_back(static_cast<double>(past.step));
  }
  if (!is_for_paper) {
    marks.step = static_cast<double>(context().step.step());
    marks.site = std::min(context().site.site(), static_cast<int>(history.shape.front()) - 1);
  }
  map.ShowMarks(std::move(marks));
}

RunDocument::MeanAndDeviation SpectrumPlot::SnapshotsToShow(RunDocument& run, const char* kind) {
  RunSnapshots snapshots(run);
  const auto found = snapshots.WithDeviationAt(kind, context().step.step());
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return {};
  }
  if (found.mean != nullptr) return found;
  const std::int64_t step = context().step.step();
  const auto first = run.FirstSnapshotStep();
  if (first && step >= *first && !snapshots.AwaitsAt(kind, step)) {
    ShowEmpty(tr("This run's record does not hold what this picture is made of."));
  } else {
    ShowWhyThereIsNothing();
  }
  return {};
}

void SpectrumPlot::RefreshPlane(RunDocument& run) {
  const auto found = SnapshotsToShow(run, is_composite() ? kCompositeMatrices : kMatrices);
  if (found.mean == nullptr) return;
  matrices_ = found.mean->snapshot;
  plane_->Show({EigenvaluesBySite(*matrices_), std::max(context().site.site(), 0),
                plane_choice_->chosen() == kWholeDisc});
  ShowWhat(tr("step %1 · of the token mean of %2")
               .arg(StepNumber(found.mean->step))
               .arg(is_composite() ? tr("the composite up to each site") : tr("every H_res")));
}

void SpectrumPlot::RefreshCurves(RunDocument& run) {
  const auto found = SnapshotsToShow(run, is_composite() ? kCompositeKind : kKind);
  if (found.mean == nullptr) return;
  values_ = ByStream(found.mean->snapshot);
  deviations_.clear();
  if (found.deviation != nullptr) deviations_ = ByStream(found.deviation->snapshot);
  curves_->Show(Curves(/*is_for_paper=*/false));
  ShowWhat(tr("step %1 · %2, token mean%3")
               .arg(StepNumber(found.mean->step))
               .arg(is_composite() ? tr("composite up to each site") : tr("H_res of every site"))
               .arg(deviations_.empty() ? QString() : tr(", band ± deviation")));
}

DepthContent SpectrumPlot::Curves(bool is_for_paper) const {
  DepthContent content;
  DepthPanel panel;
  panel.is_logarithmic_over_decades = true;
  panel.rounding = kRounding;
  const auto site = static_cast<std::size_t>(std::max(context().site.site(), 0));
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const QPen pen = context().look.RunPen(static_cast<int>(i));
    panel.curves.push_back(CurveWithBand(
        values_[i], i < deviations_.size() ? deviations_[i] : std::vector<double>(), pen));
    LegendEntry entry{pen, SigmaText(static_cast<int>(i)), {}};
    if (!is_for_paper && site < values_[i].size()) entry.value = ValueText(values_[i][site]);
    if (values_.size() > 1) content.legend.push_back(entry);
  }
  if (is_for_paper) {
    panel.title = what() == What::kOverSites ? tr("singular values of H_res")
                                             : tr("singular values of the composite");
    content.x_title = tr("site");
  } else {
    content.cursor = context().site.site();
  }
  content.panels.push_back(std::move(panel));
  return content;
}

const SnapshotHistory* SpectrumPlot::History() const {
  if (current() == nullptr || !current()->loaded()) return nullptr;
  return RunSnapshots(*current()).Over(kKind);
}

void SpectrumPlot::ChoosePlace(double step, int site) {
  const SnapshotHistory* history = History();
  if (history == nullptr) return;
  context().site.SetSite(site);
  context().step.SetStep(history->steps[history->Nearest(step)]);
}

QString SpectrumPlot::TextAt(double step, int site) const {
  const SnapshotHistory* history = History();
  if (history == nullptr) return {};
  const std::size_t nearest = history->Nearest(step);
  const auto streams = static_cast<std::size_t>(history->shape.back());
  QStringList sigmas;
  for (std::size_t i = 0; i < streams; ++i) {
    const double value = history->data[nearest][static_cast<std::size_t>(site) * streams + i];
    sigmas << tr("%1 = %2").arg(SigmaText(static_cast<int>(i)), ValueText(value));
  }
  QStringList lines{tr("Step %1, %2").arg(StepNumber(history->steps[nearest]), SiteText(site)),
                    sigmas.join(QStringLiteral(", "))};
  const double reach = map_->xAxis->pixelToCoord(kReach) - map_->xAxis->pixelToCoord(0.0);
  for (const Intervention& past : current()->interventions()) {
    if (!ChangesTraining(past) || std::abs(static_cast<double>(past.step) - step) > reach) continue;
    lines << ChangeDetails(past);
  }
  return lines.join(QStringLiteral("\n"));
}

QString SpectrumPlot::CurveTextAt(int site) const {
  QStringList lines{SiteText(site)};
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::vector<double>& of_sites = values_[i];
    const auto at = static_cast<std::size_t>(site);
    if (at >= of_sites.size()) continue;
    const QString value = i < deviations_.size() ? ValueWithSpread(of_sites[at], deviations_[i][at])
                                                 : ValueText(of_sites[at]);
    lines << tr("%1 = %2").arg(SigmaText(static_cast<int>(i)), value);
  }
  return lines.join(QStringLiteral("\n"));
}

QString SpectrumPlot::PlaneTextAt(int site) const {
  return SiteText(site) + "\n" + EigenvaluesOfSite(*matrices_, site);
}

QString SpectrumPlot::FigureName() const {
  switch (what()) {
    case What::kOverTime:
      return QStringLiteral("spectrum_over_time");
    case What::kOverSites:
      return QStringLiteral("spectrum");
    case What::kCompositeOverSites:
      return QStringLiteral("composite_spectrum");
    case What::kEigenvalues:
      return QStringLiteral("eigenvalues");
    case What::kCompositeEigenvalues:
      break;
  }
  return QStringLiteral("composite_eigenvalues");
}

void SpectrumPlot::DrawFigure(QPainter& painter, double width, double height) {
  DrawPaperSheet(painter, Sheet(), context().look, QRectF(0.0, 0.0, width, height));
}

FigureHeights SpectrumPlot::HeightsOfFigure(double width) const {
  return HeightsOf(Sheet(), context().look, width);
}

PaperSheet SpectrumPlot::Sheet() const {
  if (is_plane()) return plane_->Sheet();
  if (what() != What::kOverTime) return SheetOf(Curves(/*is_for_paper=*/true), context().look);
  const SnapshotHistory* history = History();
  if (history == nullptr) return {};
  SpectrumMap map(context().look, /*is_for_paper=*/true);
  FillMap(map, *history, /*is_for_paper=*/true);
  PaperSheet sheet = map.Sheet();
  sheet.panels.front().changes = ChangesOf(*current());
  return sheet;
}

std::vector<std::vector<std::string>> SpectrumPlot::FigureTable() const {
  std::vector<std::vector<std::string>> table;
  if (is_plane()) return plane_->Table();
  if (what() != What::kOverTime) {
    table.push_back({"site"});
    for (std::size_t i = 0; i < values_.size(); ++i) {
      table[0].push_back("sigma_" + std::to_string(i + 1));
    }
    for (std::size_t i = 0; i < deviations_.size(); ++i) {
      table[0].push_back("sigma_" + std::to_string(i + 1) + " deviation");
    }
    for (std::size_t site = 0; !values_.empty() && site < values_[0].size(); ++site) {
      std::vector<std::string> row{std::to_string(site)};
      for (const std::vector<double>& of_sites : values_) row.push_back(NumberText(of_sites[site]));
      for (const auto& of_sites : deviations_) row.push_back(NumberText(of_sites[site]));
      table.push_back(std::move(row));
    }
    return table;
  }
  table.push_back({"step"});
  const SnapshotHistory* history = History();
  if (history == nullptr) return table;
  const auto sites = static_cast<std::size_t>(history->shape.front());
  const auto streams = static_cast<std::size_t>(history->shape.back());
  for (std::size_t site = 0; site < sites; ++site) {
    table[0].push_back("site_" + std::to_string(site));
  }
  for (std::size_t i = 0; i < history->steps.size(); ++i) {
    std::vector<std::string> row{std::to_string(history->steps[i])};
    for (std::size_t site = 0; site < sites; ++site) {
      row.push_back(
          NumberText(history->data[i][site * streams + static_cast<std::size_t>(number())]));
    }
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace mhc
