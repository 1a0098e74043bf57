#include "core/record/record/snapshot_kinds.h"

#include <array>

namespace mhc {
namespace {

constexpr std::array kKinds = {
    SnapshotKind{"res_mean", "L,n,n",
                 "H_res of every site, mean over the probe's tokens. At a step after which an "
                 "intervention changed the maps: the maps right before it."},
    SnapshotKind{"res_deviation", "L,n,n",
                 "Standard deviation over tokens of every entry of H_res."},
    SnapshotKind{"pre_mean", "L,n", "H_pre that every site reads with, mean over tokens."},
    SnapshotKind{"pre_deviation", "L,n", "Standard deviation over tokens of H_pre."},
    SnapshotKind{"post_mean", "L,n", "H_post of every site, mean over tokens."},
    SnapshotKind{"post_deviation", "L,n", "Standard deviation over tokens of H_post."},
    SnapshotKind{"forward_gain", "L,4",
                 "Single-site forward gain over tokens: mean, deviation, minimum, maximum."},
    SnapshotKind{"backward_gain", "L,4",
                 "Single-site backward gain over tokens: mean, deviation, minimum, maximum."},
    SnapshotKind{"prefix_forward_gain", "L,4",
                 "Forward gain of the composite of the sites up to this one, over tokens."},
    SnapshotKind{"suffix_backward_gain", "L,4",
                 "Backward gain of the composite of the sites from this one on, over tokens."},
    SnapshotKind{"prefix_mean", "L,n,n",
                 "Composite of the sites up to this one, formed per token, mean over tokens."},
    SnapshotKind{"suffix_mean", "L,n,n",
                 "Composite of the sites from this one on, formed per token, mean over tokens."},
    SnapshotKind{"token_mean_product", "n,n",
                 "Product of the token-mean maps: not the composite, and shown only by this name."},
    SnapshotKind{"singular_values", "L,n", "Singular values of H_res, falling, mean over tokens."},
    SnapshotKind{"prefix_singular_values", "L,n",
                 "Singular values of the composite up to this site, mean over tokens."},
    SnapshotKind{"stream_rms", "L+1,n",
                 "RMS of every stream before each site and after the last, mean over tokens."},
    SnapshotKind{"stream_cosine", "L+1,n,n",
                 "Cosine between streams before each site and after the last, mean over tokens."},
    SnapshotKind{"site_gradient_norm", "L,3",
                 "Gradient norm of the parameters of H_pre, H_post and H_res of every site."},
    SnapshotKind{
        "logit_range", "L,4",
        "Relative range max − min of the logits of H_res over tokens: mean, deviation, maximum, "
        "and the share of tokens above 30, where Sinkhorn hardly converges; ideal: small, and 0."},
    SnapshotKind{"prefix_two_sided_gain", "L,4",
                 "Smallest and largest row sum, smallest and largest column sum of the composite "
                 "of the sites up to this one, mean over tokens; ideal 1."},
    SnapshotKind{"suffix_two_sided_gain", "L,4",
                 "Smallest and largest row sum, smallest and largest column sum of the composite "
                 "of the sites from this one on, mean over tokens; ideal 1."},
    SnapshotKind{"effective_streams", "L,4",
                 "Effective streams 1/Σp² (1 to n) and share max p of the dominant one (1/n to 1) "
                 "of the read weights, then of the write weights, p = abs(w)/Σ abs(w), mean over "
                 "tokens."},
    SnapshotKind{"alpha", "L,3",
                 "Scales α of the dynamic parts of H_pre, H_post and H_res in this step; 0 where "
                 "one is static."},
    SnapshotKind{"dynamic_ratio", "L,3",
                 "‖α·dynamic part‖ / ‖b‖ of what becomes H_pre, H_post and H_res, mean over "
                 "tokens; 0 where one is static."},
    SnapshotKind{"logit_norm", "L",
                 "‖b‖ of the static part of H_res's logits in this step; 0 where there are none. "
                 "Weight decay alone would leave ‖b₀‖ Π(1 − ηλ) of the first one."},
    SnapshotKind{"token_dependence", "L",
                 "Share of the variance of H_res's entries that is over tokens, Σ_t ‖H_t − H̄‖² / "
                 "Σ_tij (H_tij − mean)²; 0: static, or nothing varies."},
    SnapshotKind{"depth_kernel", "L,L",
                 "Row j, column i: H_pre_j P_{i+1→j−1} H_postᵀ_i of the token-mean maps, the "
                 "weight with which sublayer j reads what sublayer i wrote; 0 for i ≥ j, 1 below "
                 "in the residual model."},
    SnapshotKind{"branch_ratio", "L",
                 "‖H_postᵀ y‖_F / ‖H_res X‖_F, y what the sublayer gave, mean over tokens."},
    SnapshotKind{
        "stream_diversity", "L+1,2",
        "Diversity energy ‖(I−J)X‖²_F / ‖X‖²_F (0: collapsed) and effective rank exp(−Σ q ln q), q "
        "= σ/Σσ (1 to n), of the streams before each site and after the last, mean over tokens."},
    SnapshotKind{"state_cosine", "L",
                 "Cosine between the states X before and after each site, mean over tokens; 1: the "
                 "site changes no direction; 0 beside a state of zeros."},
    SnapshotKind{"parameter_gradient_norm", "L,3",
                 "Gradient norm of φ, b and α of every site, before clipping."},
    SnapshotKind{"stream_gradient_norm", "L+1,n",
                 "‖∂L/∂X_l‖ of every stream before each site and after the last, over the probe's "
                 "tokens together."},
    SnapshotKind{
        "measured_backward_gain", "L+1",
        "‖∂L/∂X_l‖_F / ‖∂L/∂X_L‖_F before each site and after the last, over the probe's tokens "
        "together; suffix_backward_gain foretells it from the maps alone; ideal 1."},
    SnapshotKind{"prefix_two_sided_gain_deviation", "L,4",
                 "Standard deviation over tokens of prefix_two_sided_gain."},
    SnapshotKind{"suffix_two_sided_gain_deviation", "L,4",
                 "Standard deviation over tokens of suffix_two_sided_gain."},
    SnapshotKind{"singular_values_deviation", "L,n",
                 "Standard deviation over tokens of singular_values."},
    SnapshotKind{"prefix_singular_values_deviation", "L,n",
                 "Standard deviation over tokens of prefix_singular_values."},
    SnapshotKind{"stream_rms_deviation", "L+1,n", "Standard deviation over tokens of stream_rms."},
    SnapshotKind{"stream_cosine_deviation", "L+1,n,n",
                 "Standard deviation over tokens of stream_cosine."},
    SnapshotKind{"effective_streams_deviation", "L,4",
                 "Standard deviation over tokens of effective_streams."},
    SnapshotKind{"dynamic_ratio_deviation", "L,3",
                 "Standard deviation over tokens of dynamic_ratio."},
    SnapshotKind{"branch_ratio_deviation", "L", "Standard deviation over tokens of branch_ratio."},
    SnapshotKind{"stream_diversity_deviation", "L+1,2",
                 "Standard deviation over tokens of stream_diversity."},
    SnapshotKind{"state_cosine_deviation", "L", "Standard deviation over tokens of state_cosine."},
};

}  // namespace

std::span<const SnapshotKind> SnapshotKinds() { return kKinds; }

const SnapshotKind* FindSnapshotKind(std::string_view name) {
  for (const SnapshotKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace mhc
