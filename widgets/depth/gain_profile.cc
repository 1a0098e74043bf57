#include "widgets/depth/gain_profile.h"

#include <QActionGroup>
#include <QMenu>
#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "widgets/depth/gain_sheet.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/document/seed_fold.h"
#include "widgets/frame/header_button.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

struct Kinds {
  const char* forward;
  const char* backward;
};

Kinds KindsOf(GainProfile::What what) {
  if (what == GainProfile::What::kSingleSite) return {"forward_gain", "backward_gain"};
  return {"prefix_forward_gain", "suffix_backward_gain"};
}

QString GainText(const std::vector<SiteGain>& gains, int site) {
  const auto place = static_cast<std::size_t>(site);
  if (site < 0 || place >= gains.size()) return QStringLiteral("–");
  return ValueText(gains[place].mean);
}

void TakeLine(const LineSample& line, LegendRow& row) {
  row.pen = line.pen;
  row.dot = line.dot;
  row.has_band = line.has_band;
}

}  // namespace

GainProfile::GainProfile(const ViewContext& view_context, What what)
    : View(view_context, QStringLiteral("gainProfile"), tr("Gain against depth")),
      picture_(new GainPicture(view_context.look, false, this)),
      navigation_(new PlotNavigation(*picture_)),
      what_(what) {
  SetPicture(picture_);
  MakeControls();
  connect(navigation_, &PlotNavigation::clicked, this, &GainProfile::ChooseSite);
  connect(navigation_, &PlotNavigation::doubleClicked, this,
          [this] { context().site.SetSite(site_before_click_); });
  connect(navigation_, &PlotNavigation::fitsChanged, this, [this] {
    fit_button_->SetOffered(!navigation_->fits_x() || !navigation_->fits_y());
    RefreshNow();
  });
}

void GainProfile::MakeControls() {
  fit_button_ = new HeaderButton(tr("fit"), PlotNavigation::Text(), context().look, this);
  fit_button_->setObjectName(QStringLiteral("gainProfileFit"));
  fit_button_->SetOffered(false);
  connect(fit_button_, &QToolButton::clicked, navigation_, &PlotNavigation::Fit);
  AddControl(fit_button_);
  what_button_ = new HeaderButton({}, tr("The product of the sites' maps, or each map alone"),
                                  context().look, this);
  what_button_->setObjectName(QStringLiteral("gainProfileWhat"));
  auto* menu = new QMenu(what_button_);
  auto* group = new QActionGroup(menu);
  const auto add = [&](const QString& text, What what) {
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    group->addAction(action);
    const auto choose = [this, text, what] {
      what_ = what;
      what_button_->setText(tr("%1 ▾").arg(text));
    };
    connect(action, &QAction::triggered, this, [this, choose] {
      choose();
      navigation_->Fit();
      RefreshNow();
    });
    if (what != what_) return;
    action->setChecked(true);
    choose();
  };
  add(tr("composite"), What::kComposite);
  add(tr("single site"), What::kSingleSite);
  what_button_->setMenu(menu);
  AddControl(what_button_);
}

// False where one of the run's two arrays is not there.
bool GainProfile::Read(RunDocument& document, Reading& reading) {
  const Kinds kinds = KindsOf(what_);
  const std::int64_t step = context().step.step();
  RunSnapshots snapshots(document);
  const FetchedSnapshot* forward = snapshots.At(kinds.forward, step);
  const FetchedSnapshot* backward = snapshots.At(kinds.backward, step);
  if (!snapshots.error().isEmpty()) fault_ = snapshots.error();
  if (forward == nullptr || backward == nullptr) return false;
  reading.step = forward->step;
  reading.forward.push_back(GainsOf(forward->snapshot));
  reading.backward.push_back(GainsOf(backward->snapshot));
  return true;
}

void GainProfile::Collect() {
  drawn_.clear();
  fault_.clear();
  waits_ = false;
  for (const SeedFold& fold : FoldSeeds(context().runs)) {
    if (fold.first().configuration().SiteCount() == 0) continue;
    SeedFold there;  // those whose gains have come
    Reading reading;
    const bool is_current = fold.Holds(current());
    for (const SelectedRun* run : fold.runs) {
      RunDocument& document = *run->document;
      if (Read(document, reading)) {
        there.runs.push_back(run);
        continue;
      }
      const auto first = document.FirstSnapshotStep();
      const std::int64_t step = std::min(context().step.step(), document.last_step());
      waits_ = waits_ || (first && step >= *first);
    }
    if (there.runs.empty()) continue;
    Drawn drawn{there.Name(), reading.step, is_current, there.runs.size() > 1, {}};
    const bool has_band = is_current || there.runs.size() > 1;
    drawn.gains = {OverSeeds(reading.forward), OverSeeds(reading.backward),
                   context().look.RunPen(there.runs.front()->color), has_band};
    drawn_.push_back(std::move(drawn));
  }
}

void GainProfile::ShowWhyThereIsNothing() {
  const Configuration& configuration = current()->configuration();
  if (configuration.SiteCount() == 0) {
    ShowEmpty(
        tr("A residual run has no hyper-connections: its signals pass with gain 1 at every "
           "depth. Show a run with mhc or hc to see its gains here."));
    return;
  }
  if (!ShowsWhenSnapshotsBegin(tr("The gains of all sites appear here"), context().step.step())) {
    ShowLoading();
  }
}

void GainProfile::Refresh() {
  if (ShowsGeneralState()) return;
  Collect();
  if (drawn_.empty() && !fault_.isEmpty()) {
    ShowError(fault_);
    return;
  }
  if (drawn_.empty()) {
    if (!waits_) {
      ShowWhyThereIsNothing();
    } else if (!View::Ready()) {
      ShowLoading();
    }
    return;
  }
  navigation_->ApplyLook(context().look);
  picture_->Show(Content(/*is_for_paper=*/false));
  ShowPicture(ShownText());
}

GainContent GainProfile::Content(bool is_for_paper) const {
  GainContent content;
  for (const bool is_current : {false, true}) {
    for (const Drawn& drawn : drawn_) {
      if (drawn.is_current == is_current) content.runs.push_back(drawn.gains);
    }
  }
  content.legend = Legend(is_for_paper);
  content.fits_x = navigation_->fits_x();
  content.fits_y = navigation_->fits_y();
  if (is_for_paper) {
    content.x_title = tr("Site");
    content.y_title = what_ == What::kComposite ? tr("Composite gain") : tr("Gain of the site");
    return content;
  }
  content.site = context().site.site();
  if (drawn_.size() > 1) {
    for (const bool is_forward : {true, false}) {
      content.legend_columns.push_back(
          {is_forward ? tr("forward") : tr("backward"), Directions(is_forward)});
    }
  } else {
    content.legend_columns.resize(1);
  }
  return content;
}

// Of all runs alike.
LineSample GainProfile::Directions(bool is_forward) const {
  RunGains gains = drawn_.front().gains;
  gains.pen = QPen(context().look.Color(Role::kQuietText), gains.pen.widthF());
  LineSample line = GainLine(gains, is_forward);
  line.has_band = false;
  return line;
}

std::vector<LegendRow> GainProfile::Legend(bool is_for_paper) const {
  std::vector<LegendRow> rows;
  const int site = context().site.site();
  const bool several = drawn_.size() > 1;
  for (const Drawn& drawn : drawn_) {
    if (!several) break;
    LegendRow row;
    TakeLine(GainLine(drawn.gains, /*is_forward=*/true), row);
    row.name = drawn.name;
    if (drawn.step != drawn_.front().step) {
      row.name = tr("%1 at step %2").arg(drawn.name, StepNumber(drawn.step));
    }
    row.strong = drawn.is_current && !is_for_paper;
    row.values << GainText(drawn.gains.forward, site) << GainText(drawn.gains.backward, site);
    rows.push_back(row);
  }
  if (several && !is_for_paper) return rows;
  for (const bool is_forward : {true, false}) {
    const RunGains& gains = drawn_.front().gains;
    LegendRow row;
    TakeLine(several ? Directions(is_forward) : GainLine(gains, is_forward), row);
    row.name = is_forward ? tr("forward") : tr("backward");
    if (!is_for_paper) row.values << GainText(is_forward ? gains.forward : gains.backward, site);
    rows.push_back(row);
  }
  return rows;
}

QString GainProfile::ShownText() const {
  QStringList parts;
  for (const Drawn& drawn : drawn_) {
    if (drawn.is_current || drawn_.size() == 1) {
      parts << tr("step %1").arg(StepNumber(drawn.step));
    }
  }
  if (current()->IsOrthogonalAt(context().step.step())) {
    parts << tr("sums, which orthogonal maps do not keep");
  }
  parts << tr("site %1").arg(context().site.site()) << tr("mean over tokens")
        << tr("band ± deviation, pale from least to most");
  return parts.join(QStringLiteral(" · "));
}

void GainProfile::ChooseSite(double x) {
  site_before_click_ = context().site.site();
  std::size_t sites = 0;
  for (const Drawn& drawn : drawn_) sites = std::max(sites, drawn.gains.forward.size());
  context().site.SetSite(
      std::clamp(static_cast<int>(std::lround(x)), 0, static_cast<int>(sites) - 1));
}

QString GainProfile::FigureName() const {
  return what_ == What::kComposite ? QStringLiteral("gain") : QStringLiteral("site_gain");
}

void GainProfile::DrawFigure(QPainter& painter, double width, double height) {
  DrawPaperSheet(painter, Sheet(), context().look, QRectF(0.0, 0.0, width, height));
}

FigureHeights GainProfile::HeightsOfFigure(double width) const {
  return HeightsOf(Sheet(), context().look, width);
}

PaperSheet GainProfile::Sheet() const {
  PaperSheet sheet;
  const bool is_one = drawn_.size() == 1;
  std::vector<GainLines> runs;
  for (const Drawn& drawn : drawn_) {
    GainLines run{is_one ? QString() : drawn.name, drawn.gains.forward, drawn.gains.backward,
                  drawn.gains.pen, is_one || drawn.is_fold};
    if (!is_one && drawn.step != drawn_.front().step) {
      run.name = tr("%1 at step %2").arg(drawn.name, StepNumber(drawn.step));
    }
    runs.push_back(std::move(run));
  }
  sheet.panels.push_back(GainPanel(
      runs, what_ == What::kComposite ? tr("gain of the composite") : tr("gain of the site")));
  sheet.x_title = tr("site");
  const auto range = [](const QCPAxis& axis) {
    return std::pair(axis.range().lower, axis.range().upper);
  };
  if (!navigation_->fits_x()) sheet.x_range = range(*picture_->xAxis);
  if (!navigation_->fits_y()) sheet.panels[0].y_range = range(*picture_->yAxis);
  sheet.keys = GainKeys(runs, context().look);
  return sheet;
}

std::vector<std::vector<std::string>> GainProfile::FigureTable() const {
  std::vector<std::vector<std::string>> table(1, {"site"});
  std::size_t sites = 0;
  for (const Drawn& drawn : drawn_) {
    sites = std::max(sites, drawn.gains.forward.size());
    for (const char* direction : {"forward", "backward"}) {
      for (const char* number : {"mean", "deviation", "minimum", "maximum"}) {
        table[0].push_back(drawn.name.toStdString() + " " + direction + " " + number);
      }
    }
  }
  for (std::size_t site = 0; site < sites; ++site) {
    std::vector<std::string> row{std::to_string(site)};
    for (const Drawn& drawn : drawn_) {
      for (const std::vector<SiteGain>* gains : {&drawn.gains.forward, &drawn.gains.backward}) {
        const bool is_there = site < gains->size();
        const SiteGain gain = is_there ? (*gains)[site] : SiteGain();
        for (const double number : {gain.mean, gain.deviation, gain.minimum, gain.maximum}) {
          row.push_back(is_there ? NumberText(number) : std::string());
        }
      }
    }
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace mhc
