#include "widgets/figures/loss_gap_figure.h"

#include <algorithm>
#include <cmath>

namespace mhc {
namespace {

constexpr double kMeanShare = 0.02;  // of the steps, over which a curve is smoothed
constexpr int kFewestMeanSteps = 5;

int MeanSteps(const std::vector<SeedFold>& folds) {
  std::int64_t last = 0;
  for (const SeedFold& fold : folds) last = std::max(last, fold.first().last_step());
  return std::max(kFewestMeanSteps, static_cast<int>(kMeanShare * static_cast<double>(last)));
}

PanelLine LineOf(const std::vector<Spread>& spread, const QString& name, const QPen& pen,
                 bool has_band) {
  PanelLine line{name, pen, {}, {}, {}, {}};
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

std::vector<LinePanel> LossGapFigure::Panels(const std::vector<SeedFold>& folds, QString& why) {
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

  LinePanel gap{tr("(a)"), tr("Step"), tr("Loss gap to %1 (nats)").arg(reference->Name()),
                {},        false,      0.0,
                {0.0}};
  LinePanel norm{tr("(b)"), tr("Step"), tr("Gradient norm"), {}, false, std::nullopt, {0.0}};
  for (auto fold = folds.begin(); fold != folds.end(); ++fold) {
    const bool has_band = fold->runs.size() > 1;
    norm.lines.push_back(LineOf(SmoothedSeeds(*fold, "gradient_norm", mean_steps), fold->Name(),
                                PenOf(*fold), has_band));
    if (fold == reference) continue;
    gap.lines.push_back(LineOf(SmoothedSeeds(*fold, "loss", mean_steps, base), fold->Name(),
                               PenOf(*fold), has_band));
  }
  return {gap, norm};
}

}  // namespace mhc
