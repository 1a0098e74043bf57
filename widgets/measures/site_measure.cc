#include "widgets/measures/site_measure.h"

#include <QCoreApplication>

#include "widgets/measures/derived_measures.h"
#include "widgets/measures/matrix_measures.h"

namespace mhc {

std::span<const SiteMeasure> SiteMeasures() {
  static const std::vector<SiteMeasure> rows = {
      {.figure = "effective_streams",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Effective streams"),
       .kind = "effective_streams",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "read")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "write")}}},
      {.figure = "dominant_share",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Dominant stream's share"),
       .kind = "effective_streams",
       .lines = {{1, QT_TRANSLATE_NOOP("SiteMeasure", "read")},
                 {3, QT_TRANSLATE_NOOP("SiteMeasure", "write")}}},
      {.figure = "stream_diversity",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Diversity of the streams"),
       .kind = "stream_diversity",
       .lines = {{0, ""}},
       .is_between_sites = true},
      {.figure = "effective_rank",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Effective rank of the streams"),
       .kind = "stream_diversity",
       .lines = {{1, ""}},
       .is_between_sites = true},
      {.figure = "state_cosine",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Cosine over a site"),
       .kind = "state_cosine",
       .lines = {{0, ""}}},
      {.figure = "branch_ratio",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Branch over residual"),
       .kind = "branch_ratio",
       .lines = {{0, ""}},
       .is_logarithmic = true},
      {.figure = "depth_kernel",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Depth kernel"),
       .kind = "depth_kernel",
       .lines = {},
       .is_matrix = true},
      {.figure = "composite_sums",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Sums of the composite"),
       .kind = "prefix_two_sided_gain",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "least row")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "largest row")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "least column")},
                 {3, QT_TRANSLATE_NOOP("SiteMeasure", "largest column")}},
       .ideal = 1.0,
       .is_logarithmic = true},
      {.figure = "logit_range",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Range of the logits"),
       .kind = "logit_range",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "mean"), 1},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "largest")}}},
      {.figure = "token_dependence",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Token dependence of H_res"),
       .kind = "token_dependence",
       .lines = {{0, ""}}},
      {.figure = "matrix_norms",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Norms of H_res"),
       .kind = "res_mean",
       .lines = {{0, "∞"}, {1, "1"}},
       .ideal = 1.0,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "The norms max_i Σ_j abs(H_ij) (∞) and max_j Σ_i abs(H_ij) (1) of H_res, token mean: "
           "the gains where no entry is negative; ideal 1, and up to √n for orthogonal maps."),
       .derive = MatrixMeasures<&MatrixDiagnostics::norm_inf, &MatrixDiagnostics::norm_1>},
      {.figure = "second_eigenvalue",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Second eigenvalue"),
       .kind = "res_mean",
       .lines = {{0, "abs(λ₂)"}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "abs(λ₂) of H_res, token mean: what a layer keeps of the differences between streams. "
           "Gap 1 − abs(λ₂); mixing time ln 0.01 / ln abs(λ₂), the equal layers that leave a "
           "hundredth. 1: all is kept, as by orthogonal maps."),
       .derive = MatrixMeasures<&MatrixDiagnostics::second_eigenvalue>,
       .detail = EigenvaluesOfSite},
      {.figure = "distances",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Distances of H_res"),
       .kind = "res_mean",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "to I")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "to uniform")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "to a permutation")}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "‖H − I‖, ‖H − J‖ with J = 1/n everywhere, and the least ‖H − P‖ over permutations, of "
           "H_res, token mean, in the Frobenius norm."),
       .derive = MatrixMeasures<&MatrixDiagnostics::distance_to_identity,
                                &MatrixDiagnostics::distance_to_uniform,
                                &MatrixDiagnostics::distance_to_permutation>},
      {.figure = "entropy",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Entropy and contraction"),
       .kind = "res_mean",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "entropy")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "Dobrushin")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "differences")}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "Of H_res, token mean: the rows' mean entropy −Σ_j H_ij ln H_ij over ln n (0: a "
           "permutation, 1: uniform; none where entries are negative), Dobrushin's coefficient "
           "max ½ Σ_j abs(H_ij − H_kj), and ‖(I−J)H(I−J)‖₂, the gain on the differences between "
           "streams; both below 1 contract them."),
       .derive = MatrixMeasures<&MatrixDiagnostics::entropy, &MatrixDiagnostics::dobrushin,
                                &MatrixDiagnostics::difference_gain>},
      {.figure = "composite_contraction",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Contraction of the composite"),
       .kind = "prefix_mean",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "differences")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "Dobrushin")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "mean")}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "Of the composite P of the sites up to this one, token mean: ‖(I−J)P(I−J)‖₂, the gain "
           "on the differences between streams (1: their diversity is kept, 0: collapsed), "
           "Dobrushin's coefficient, and 1ᵀP1/n, the gain of the streams' mean; ideal 1."),
       .derive = MatrixMeasures<&MatrixDiagnostics::difference_gain, &MatrixDiagnostics::dobrushin,
                                &MatrixDiagnostics::mean_gain>},
      {.figure = "composite_distances",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Distances of the composite"),
       .kind = "prefix_mean",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "to I")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "to uniform")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "to a permutation")}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "‖P − I‖, ‖P − J‖ with J = 1/n everywhere, and the least ‖P − Q‖ over permutations Q, "
           "of "
           "the composite P of the sites up to this one, token mean, in the Frobenius norm. To "
           "uniform 0: the streams are averaged away."),
       .derive = MatrixMeasures<&MatrixDiagnostics::distance_to_identity,
                                &MatrixDiagnostics::distance_to_uniform,
                                &MatrixDiagnostics::distance_to_permutation>},
      {.figure = "contraction_bounds",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Bounds of the contraction"),
       .kind = "res_mean",
       .lines = {{0, "‖P − J‖₂"}, {1, "√n Π τ"}, {2, "√n Π (1 − n min H)"}},
       .is_logarithmic = true,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "What the product P of the token-mean maps up to this site keeps of the differences "
           "between streams, ‖P − J‖₂, and two bounds of it for doubly stochastic maps: "
           "Dobrushin's "
           "√n Π τ(H), and √n Π (1 − n min H). A bound below 1 says that the differences must "
           "fade; "
           "one above says nothing. P is not the composite, which is formed per token."),
       .derive = ContractionBounds},
      {.figure = "log_sums",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Logarithms of the sums"),
       .kind = "prefix_two_sided_gain",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "rows")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "columns")}},
       .ideal = 0.0,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "max abs(ln Σ) of the least and the largest row sum, and of the column sums, of the "
           "composite of the sites up to this one, token means: how far the worst stream is "
           "amplified or damped, either way alike; ideal 0. For finite Sinkhorn in the paper's "
           "order the columns are off. None where a sum is negative."),
       .derive = LogarithmsOfSums},
      {.figure = "composite_condition",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Condition of the composite"),
       .kind = "prefix_mean",
       .lines = {{0, "κ"}},
       .ideal = 1.0,
       .is_logarithmic = true,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "κ = σ₁/σₙ of the composite of the sites up to this one, token mean; ideal 1, which "
           "orthogonal maps keep."),
       .derive = MatrixMeasures<&MatrixDiagnostics::condition_number>},
      {.figure = "composite_norms",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Norms of the composite"),
       .kind = "prefix_mean",
       .lines = {{0, "∞"}, {1, "1"}},
       .ideal = 1.0,
       .is_logarithmic = true,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "The norms max_i Σ_j abs(P_ij) (∞) and max_j Σ_i abs(P_ij) (1) of the composite of the "
           "sites up to this one, token mean; ideal 1, and up to √n for orthogonal maps."),
       .derive = MatrixMeasures<&MatrixDiagnostics::norm_inf, &MatrixDiagnostics::norm_1>},
      {.figure = "permutations",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Weights of permutations"),
       .kind = "res_mean",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "identity")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "largest other")},
                 {2, QT_TRANSLATE_NOOP("SiteMeasure", "all others")},
                 {3, QT_TRANSLATE_NOOP("SiteMeasure", "rest")}},
       .is_logarithmic = true,
       .rounding = 1e-15,
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "H_res, token mean, as a mixture Σ w P of permutations (Birkhoff): w of the identity, "
           "the largest other w, the sum of the others, and what no permutation passes, ‖H − Σ w "
           "P‖. Taken greedily, largest first: one choice of many where n > 2. The weights of a "
           "doubly stochastic map sum to 1, with no rest."),
       .derive = PermutationWeights,
       .detail = PermutationsOfSite},
      {.figure = "weight_decay",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Norm of the logits, ‖b‖"),
       .kind = "logit_norm",
       .lines = {{0, QT_TRANSLATE_NOOP("SiteMeasure", "trained")},
                 {1, QT_TRANSLATE_NOOP("SiteMeasure", "by decay alone")}},
       .text = QT_TRANSLATE_NOOP(
           "SiteMeasure",
           "‖b‖ of the static part of H_res's logits, and what weight decay alone would have left "
           "of it since they were started, ‖b₀‖ Π(1 − ηλ) over the steps from the first snapshot "
           "after. Where the two fall together, the spectrum of H_res is the optimiser's doing and "
           "not the data's."),
       .derive = LogitsAndTheirDecay},
      {.figure = "alpha",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Scales α"),
       .kind = "alpha",
       .lines = {{0, "H_pre"}, {1, "H_post"}, {2, "H_res"}}},
      {.figure = "dynamic_ratio",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Dynamic over static part"),
       .kind = "dynamic_ratio",
       .lines = {{0, "H_pre"}, {1, "H_post"}, {2, "H_res"}},
       .is_logarithmic = true},
      {.figure = "map_gradients",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Gradient norm of the maps"),
       .kind = "site_gradient_norm",
       .lines = {{0, "H_pre"}, {1, "H_post"}, {2, "H_res"}},
       .is_logarithmic = true},
      {.figure = "parameter_gradients",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Gradient norm of φ, b, α"),
       .kind = "parameter_gradient_norm",
       .lines = {{0, "φ"}, {1, "b"}, {2, "α"}},
       .is_logarithmic = true},
      {.figure = "stream_gradients",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Gradient norm of the streams"),
       .kind = "stream_gradient_norm",
       .lines = {},
       .is_logarithmic = true,
       .is_between_sites = true},
      {.figure = "measured_backward_gain",
       .title = QT_TRANSLATE_NOOP("SiteMeasure", "Backward gain, measured"),
       .kind = "measured_backward_gain",
       .lines = {{0, ""}},
       .ideal = 1.0,
       .is_logarithmic = true,
       .is_between_sites = true},
  };
  return rows;
}

}  // namespace mhc
