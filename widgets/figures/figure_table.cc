#include "widgets/figures/figure_table.h"

#include <vector>

#include "widgets/views/curve_plot.h"
#include "widgets/views/gain_profile.h"

namespace mhc {
namespace {

template <class Type>
[[maybe_unused]] std::unique_ptr<View> Make(const ViewContext& context) {
  return std::make_unique<Type>(context);
}

std::unique_ptr<View> MakeLoss(const ViewContext& context) {
  return std::make_unique<CurvePlot>(context, QStringLiteral("lossPlot"), CurvePlot::tr("Loss"),
                                     "loss", false);
}

std::unique_ptr<View> MakeGradientNorm(const ViewContext& context) {
  return std::make_unique<CurvePlot>(context, QStringLiteral("gradientPlot"),
                                     CurvePlot::tr("Gradient norm"), "gradient_norm", true);
}

std::unique_ptr<View> MakeSiteGain(const ViewContext& context) {
  return std::make_unique<GainProfile>(context, GainProfile::What::kSingleSite);
}

}  // namespace

std::span<const FigureRow> Figures() {
  static const std::vector<FigureRow> rows = {
      {"loss", "Loss against the step, with validation loss and interventions.", MakeLoss},
      {"gradient_norm", "Norm of all gradients before clipping, against the step.",
       MakeGradientNorm},
      {"gain", "Forward and backward gain of the composites against depth.", Make<GainProfile>},
      {"site_gain", "Forward and backward gain of every single site.", MakeSiteGain},
  };
  return rows;
}

const FigureRow* FindFigure(std::string_view name) {
  for (const FigureRow& row : Figures()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace mhc
