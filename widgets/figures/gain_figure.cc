#include "widgets/figures/gain_figure.h"

#include "widgets/document/run_snapshots.h"

namespace mhc {
namespace {

constexpr double kUsualTop = 2.0;  // of Figure 7's axes

struct Panel {
  const char* letter;
  const char* title;
  const char* forward;
  const char* backward;
};
constexpr Panel kPanels[] = {
    {"(a)", QT_TRANSLATE_NOOP("mhc::GainFigure", "Gain of the single site"), "forward_gain",
     "backward_gain"},
    {"(b)", QT_TRANSLATE_NOOP("mhc::GainFigure", "Composite gain"), "prefix_forward_gain",
     "suffix_backward_gain"},
};

PanelLine LineOf(const std::vector<SiteGain>& gains, const QString& name, QPen pen, bool has_band,
                 Qt::PenStyle dash) {
  pen.setStyle(dash);
  PanelLine line{name, pen, {}, {}, {}, {}};
  for (std::size_t site = 0; site < gains.size(); ++site) {
    line.x.push_back(static_cast<double>(site));
    line.y.push_back(gains[site].mean);
    if (!has_band) continue;
    line.low.push_back(gains[site].minimum);
    line.high.push_back(gains[site].maximum);
  }
  return line;
}

}  // namespace

GainFigure::GainFigure(const ViewContext& view_context, const QString& name, bool is_logarithmic)
    : PanelFigure(view_context, name, tr("Signal gains against depth")),
      is_logarithmic_(is_logarithmic) {}

std::optional<std::vector<SiteGain>> GainFigure::FoldGains(const SeedFold& fold, const char* kind,
                                                           QString& why) const {
  std::vector<std::vector<SiteGain>> runs;
  for (const SelectedRun* run : fold.runs) {
    RunSnapshots snapshots(*run->document);
    const FetchedSnapshot* found = snapshots.At(kind, context().step.step());
    if (!snapshots.error().isEmpty()) why = snapshots.error();
    if (found == nullptr) return std::nullopt;
    runs.push_back(GainsOf(found->snapshot));
  }
  return OverSeeds(runs);
}

std::vector<LinePanel> GainFigure::Panels(const std::vector<SeedFold>& folds, QString& why) {
  std::vector<const SeedFold*> mixed;
  for (const SeedFold& fold : folds) {
    if (fold.first().configuration().SiteCount() > 0) mixed.push_back(&fold);
  }
  if (mixed.empty()) {
    why =
        tr("A residual run has no hyper-connections: its signals pass with gain 1 at every depth.");
    return {};
  }
  const auto first = mixed.front()->first().FirstSnapshotStep();
  if (!first || context().step.step() < *first) {
    why = first ? tr("The first snapshot of the gains is at step %1.").arg(*first)
                : tr("This run has no snapshot.");
    return {};
  }
  std::vector<LinePanel> panels;
  for (const Panel& row : kPanels) {
    LinePanel panel{tr(row.letter), tr("Site"), tr(row.title), {}, is_logarithmic_, 1.0, {1.0}};
    if (!is_logarithmic_) panel.seen = {0.0, kUsualTop};
    for (const SeedFold* fold : mixed) {
      const auto forward = FoldGains(*fold, row.forward, why);
      const auto backward = FoldGains(*fold, row.backward, why);
      if (!forward || !backward) return {};
      const bool has_band = fold->runs.size() > 1;
      const QString name = mixed.size() > 1 ? tr("%1, ").arg(fold->Name()) : QString();
      panel.lines.push_back(
          LineOf(*forward, name + tr("forward"), PenOf(*fold), has_band, Qt::SolidLine));
      panel.lines.push_back(
          LineOf(*backward, name + tr("backward"), PenOf(*fold), has_band, Qt::DashLine));
    }
    panels.push_back(std::move(panel));
  }
  return panels;
}

}  // namespace mhc
