#include "widgets/figures/loss_gap_figure.h"

#include <algorithm>
#include <cmath>

#include "widgets/curves/curve_sheet.h"

namespace mhc {
namespace {

constexpr double kMeanShare = 0.02;  // of the steps, over which a curve is smoothed
constexpr int kFewestMeanSteps = 5;

int MeanSteps(const std::vector<SeedFold>& folds) {
  std::int64_t last = 0;
  for (const SeedFold& fold : folds) last = std::max(last, fold.first().last_step());
  return std::max(kFewestMeanSteps, static_cast<int>(kMeanShare * static_cast<double>(last)));
}

PaperLine LineOf(const std::vector<Spread>& spread, const QPen& pen, bool has_band) {
  PaperLine line;
  line.pen = pen;
  for (std::size_t i = 0; i < spread.size(); ++i) {
    line.x.push_back(static_cast<double>(i + 1));
    line.y.push_back(spread[i].mean);
    if (!has_band) continue;
    line.low.push_back(spread[i].minimum);
    line.high.push_back(spread[i].maximum);
  }
  return line;
}

}  // namespace

LossGapFigure::LossGapFigure(const ViewContext& view_context, const QString& name,
                             std::string reference_connection)
    : PanelFigure(view_context, name, tr("Loss gap and gradient norm")),
      reference_connection_(std::move(reference_connection)) {}

PaperSheet LossGapFigure::Sheet(const std::vector<SeedFold>& folds, QString& why) {
  if (folds.size() < 2) {
    why =
        tr("A loss gap needs two runs that differ in more than their seed: one, and the one that "
           "it is compared with.");
    return {};
  }
  for (const SeedFold& fold : folds) {
    if (fold.first().last_step() == 0) {
      why = tr("%1 has no finished step yet.").arg(fold.Name());
      return {};
    }
  }
  auto reference = std::find_if(folds.begin(), folds.end(), [this](const SeedFold& fold) {
    return fold.first().configuration().mixing.connection == reference_connection_;
  });
  if (reference == folds.end()) reference = folds.begin();
  const int mean_steps = MeanSteps(folds);
  const std::vector<Spread> base = SmoothedSeeds(*reference, "loss", mean_steps);
  const std::vector<Spread> raw_base = SmoothedSeeds(*reference, "loss", 1);

  PaperPanel gap, norm;
  gap.y_title = tr("loss − loss of %1 (nats)").arg(reference->Name());
  gap.seen = {0.0};
  norm.y_title = tr("gradient norm");
  std::vector<PaperLine> ghosts;
  for (auto fold = folds.begin(); fold != folds.end(); ++fold) {
    const bool has_band = fold->runs.size() > 1;
    norm.lines.push_back(LineOf(SmoothedSeeds(*fold, "gradient_norm", 1), PenOf(*fold), has_band));
    norm.lines.back().run = fold->Name();
    if (fold == reference) continue;
    gap.lines.push_back(
        LineOf(SmoothedSeeds(*fold, "loss", mean_steps, base), PenOf(*fold), has_band));
    gap.lines.back().run = fold->Name();
    // Every step lies pale behind the means, as far as the axis reaches: no spike is lost.
    ghosts.push_back(LineOf(SmoothedSeeds(*fold, "loss", 1, raw_base),
                            PalePen(PenOf(*fold), context().look), false));
    ghosts.back().fits = false;
  }
  PaperLine zero =
      LineOf(std::vector<Spread>(base.size(), SpreadOf({0.0})), PenOf(*reference), false);
  zero.run = reference->Name();
  // The line at 0 is the reference itself.
  gap.lines.push_back(std::move(zero));
  gap.lines.insert(gap.lines.begin(), ghosts.begin(), ghosts.end());
  PaperSheet sheet;
  sheet.keys.push_back({tr("gap of every step (lines: mean of %1)").arg(mean_steps),
                        PalePen(context().look.Color(Role::kQuietText), context().look)});
  sheet.panels = {std::move(gap), std::move(norm)};
  sheet.x_title = tr("step");
  return sheet;
}

}  // namespace mhc
