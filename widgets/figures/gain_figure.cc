#include "widgets/figures/gain_figure.h"

#include "widgets/depth/gain_sheet.h"
#include "widgets/document/run_snapshots.h"

namespace mhc {
namespace {

constexpr double kUsualTop = 2.0;  // of Figure 7's axes

struct Panel {
  const char* title;
  const char* forward;
  const char* backward;
};
constexpr Panel kPanels[] = {
    {QT_TRANSLATE_NOOP("mhc::GainFigure", "gain of one site"), "forward_gain", "backward_gain"},
    {QT_TRANSLATE_NOOP("mhc::GainFigure", "gain of the composite"), "prefix_forward_gain",
     "suffix_backward_gain"},
};

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

PaperSheet GainFigure::Sheet(const std::vector<SeedFold>& folds, QString& why) {
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
  PaperSheet sheet;
  std::vector<GainLines> runs;
  for (const Panel& row : kPanels) {
    runs.clear();
    for (const SeedFold* fold : mixed) {
      auto forward = FoldGains(*fold, row.forward, why);
      auto backward = FoldGains(*fold, row.backward, why);
      if (!forward || !backward) return {};
      const QString name = mixed.size() > 1 ? fold->Name() : QString();
      runs.push_back(
          {name, *std::move(forward), *std::move(backward), PenOf(*fold), fold->runs.size() > 1});
    }
    PaperPanel panel = GainPanel(runs, tr(row.title), is_logarithmic_);
    if (!is_logarithmic_) panel.seen = {0.0, kUsualTop};
    sheet.panels.push_back(std::move(panel));
  }
  sheet.x_title = tr("site");
  sheet.keys = GainKeys(runs, context().look);
  return sheet;
}

}  // namespace mhc
