// One site on given numbers with the fused kernels: what `mhc site --kernels fused` computes, held
// against the oracle of core/manifold.
#pragma once

#include "core/manifold/hyper_connection_site.h"
#include "core/model/kernels/site_kernels.h"
#include "core/result.h"

namespace mhc {

// The types of the arrays; those between read and write (z, f and their cotangents) may be bfloat16
// on a card, where the streams are.
struct FusedNumbers {
  bool streams_are_bfloat16 = false;
  bool between_is_bfloat16 = false;
};

// Arithmetic in float32. Fails as RunSite does, at more streams than the kernels take, and where
// `place` is a card that is not there, has no kernel of the constraint, or no room. At eps_norm 0
// the smallest normal float32 stands inside the root, so that a token of zeros has w = 0.
Result<SiteOutputs> RunFusedSite(const SiteInputs& inputs, const SiteOptions& options,
                                 const kernels::Place& place = {},
                                 const FusedNumbers& numbers = {});

}  // namespace mhc
