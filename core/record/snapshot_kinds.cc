#include "core/record/snapshot_kinds.h"

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
