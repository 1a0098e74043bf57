#include "widgets/figures/figure_table.h"

#include <string>
#include <vector>

#include "core/record/record/snapshot_kinds.h"
#include "core/record/record/step_record.h"
#include "widgets/curves/curve_plot.h"
#include "widgets/depth/gain_profile.h"
#include "widgets/depth/measure_plot.h"
#include "widgets/depth/spectrum_plot.h"
#include "widgets/depth/stream_plot.h"
#include "widgets/figures/gain_figure.h"
#include "widgets/figures/loss_gap_figure.h"
#include "widgets/figures/matrix_sheet_figure.h"
#include "widgets/matrices/matrix_lens.h"
#include "widgets/scope/stream_scope.h"

namespace mhc {
namespace {

template <class Type>
std::unique_ptr<View> Make(const ViewContext& context) {
  return std::make_unique<Type>(context);
}

std::unique_ptr<View> MakeLoss(const ViewContext& context) {
  return std::make_unique<CurvePlot>(context, QStringLiteral("lossPlot"), "loss");
}

std::unique_ptr<View> MakeGradientNorm(const ViewContext& context) {
  return std::make_unique<CurvePlot>(context, QStringLiteral("gradientPlot"), "gradient_norm");
}

std::unique_ptr<View> MakeSiteGain(const ViewContext& context) {
  return std::make_unique<GainProfile>(context, GainProfile::What::kSingleSite);
}

template <SpectrumPlot::What kWhat>
std::unique_ptr<View> MakeSpectrum(const ViewContext& context) {
  return std::make_unique<SpectrumPlot>(context, kWhat);
}

template <StreamPlot::What kWhat>
std::unique_ptr<View> MakeStreams(const ViewContext& context) {
  return std::make_unique<StreamPlot>(context, kWhat);
}

std::unique_ptr<View> MakeFigure2(const ViewContext& context) {
  return std::make_unique<LossGapFigure>(context, QStringLiteral("fig2"), "mhc");
}

std::unique_ptr<View> MakeFigure5(const ViewContext& context) {
  return std::make_unique<LossGapFigure>(context, QStringLiteral("fig5"), "residual");
}

std::unique_ptr<View> MakeFigure3(const ViewContext& context) {
  return std::make_unique<GainFigure>(context, QStringLiteral("fig3"), /*is_logarithmic=*/true);
}

std::unique_ptr<View> MakeFigure7(const ViewContext& context) {
  return std::make_unique<GainFigure>(context, QStringLiteral("fig7"), /*is_logarithmic=*/false);
}

std::unique_ptr<View> MakeFigure8(const ViewContext& context) {
  return std::make_unique<MatrixSheetFigure>(context, QStringLiteral("fig8"));
}

// Those of the measures along the depth are told by their own words or their snapshots'.
void AppendMeasures(std::vector<FigureRow>& rows) {
  for (std::size_t i = 0; i < SiteMeasures().size(); ++i) {
    const SiteMeasure& measure = SiteMeasures()[i];
    const std::string_view text =
        measure.text != nullptr ? measure.text : FindSnapshotKind(measure.kind)->text;
    rows.push_back({measure.figure, text, [i](const ViewContext& context) -> std::unique_ptr<View> {
                      return std::make_unique<MeasurePlot>(context, i);
                    }});
  }
}

std::vector<FigureRow> MakeRows() {
  std::vector<FigureRow> rows = {
      {"loss", "Loss against the step, with validation loss and interventions.", MakeLoss},
      {"gradient_norm", "Norm of all gradients before clipping, against the step.",
       MakeGradientNorm},
      {"gain", "Forward and backward gain of the composites against depth.", Make<GainProfile>},
      {"site_gain", "Forward and backward gain of every single site.", MakeSiteGain},
      {"matrix", "H_res of a site, token mean, beside the composite up to it.", Make<MatrixLens>},
      {"matrix_difference", "The same as their differences from the identity, H − I.",
       [](const ViewContext& context) -> std::unique_ptr<View> {
         return std::make_unique<MatrixLens>(context, MatrixLens::Beside::kPrefix,
                                             MatrixLens::Shows::kDifference);
       }},
      {"spectrum", "Singular values of H_res against the site.",
       MakeSpectrum<SpectrumPlot::What::kOverSites>},
      {"composite_spectrum", "Singular values of the composite up to each site.",
       MakeSpectrum<SpectrumPlot::What::kCompositeOverSites>},
      {"spectrum_over_time", "The second singular value of every site's H_res against the step.",
       MakeSpectrum<SpectrumPlot::What::kOverTime>},
      {"eigenvalues", "Eigenvalues of every site's H_res in the complex plane.",
       MakeSpectrum<SpectrumPlot::What::kEigenvalues>},
      {"composite_eigenvalues",
       "Eigenvalues of the composite up to each site in the complex plane.",
       MakeSpectrum<SpectrumPlot::What::kCompositeEigenvalues>},
      {"stream_rms", "RMS of every stream along the depth.", MakeStreams<StreamPlot::What::kRms>},
      {"stream_gain", "RMS of every stream over that at the input, along the depth.",
       MakeStreams<StreamPlot::What::kGain>},
      {"stream_cosine", "How alike the streams are, along the depth.",
       MakeStreams<StreamPlot::What::kCosine>},
      {"read_write", "Weights with which every site reads from and writes to the streams.",
       MakeStreams<StreamPlot::What::kReadAndWrite>},
      {"scope", "Streams flowing through all sites with the weights that they carry.",
       Make<StreamScope>},
      {"fig2", "Loss gap to the mHC run and gradient norm, as in Figure 2 of the mHC paper.",
       MakeFigure2},
      {"fig3", "Gains of single sites and of composites, as in Figure 3 of the mHC paper.",
       MakeFigure3},
      {"fig5", "Loss gap to the residual run and gradient norm, as in Figure 5 of the mHC paper.",
       MakeFigure5},
      {"fig7", "Gains on linear axes, as in Figure 7 of the mHC paper.", MakeFigure7},
      {"fig8", "Matrices of three sites and three composites, as in Figure 8 of the mHC paper.",
       MakeFigure8},
  };
  AppendMeasures(rows);
  return rows;
}

// Of every scalar that has no figure of its own name.
std::vector<FigureRow> MakeScalarRows() {
  static std::vector<std::string> names;
  for (const StepColumn& column : StepColumns())
    names.push_back("curve_" + std::string(column.name));
  std::vector<FigureRow> rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string column(StepColumns()[i].name);
    if (column == "loss" || column == "gradient_norm") continue;
    rows.push_back({names[i], StepColumns()[i].text,
                    [column](const ViewContext& context) -> std::unique_ptr<View> {
                      return std::make_unique<CurvePlot>(context, QStringLiteral("curvePlot"),
                                                         column);
                    }});
  }
  return rows;
}

}  // namespace

std::span<const FigureRow> Figures() {
  static const std::vector<FigureRow> rows = MakeRows();
  return rows;
}

std::span<const FigureRow> ScalarFigures() {
  static const std::vector<FigureRow> rows = MakeScalarRows();
  return rows;
}

const FigureRow* FindFigure(std::string_view name) {
  for (const std::span<const FigureRow> rows : {Figures(), ScalarFigures()}) {
    for (const FigureRow& row : rows) {
      if (row.name == name) return &row;
    }
  }
  return nullptr;
}

}  // namespace mhc
