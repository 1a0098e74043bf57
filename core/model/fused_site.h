// One site on given numbers with the fused kernels: what `mhc site --kernels fused` computes, held
// against the oracle of core/manifold.
#pragma once

#include "core/manifold/hyper_connection_site.h"
#include "core/model/kernels/site_kernels.h"
#include "core/result.h"

namespace mhc {

// Arithmetic in float32, streams in float32 or bfloat16. Fails as RunSite does, and at more streams
// than the kernels take. At eps_norm 0 the smallest normal float32 stands inside the root, so that
// a token of zeros has w = 0.
Result<SiteOutputs> RunFusedSite(const SiteInputs& inputs, const SiteOptions& options,
                                 const kernels::Place& place = {});

}  // namespace mhc
