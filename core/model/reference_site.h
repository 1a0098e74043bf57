// One site on given numbers with the operations that training uses, and autograd: what
// `mhc site --kernels reference` computes, held against the oracle of core/manifold.
#pragma once

#include <torch/torch.h>

#include "core/manifold/hyper_connection_site.h"
#include "core/result.h"

namespace mhc {

// Arithmetic in `type`, float32 or float64. Fails as RunSite does. At eps_norm 0 the smallest
// normal number of the type stands inside the root, so that a token of zeros has w = 0. Thread
// rule: one thread.
Result<SiteOutputs> RunReferenceSite(const SiteInputs& inputs, const SiteOptions& options,
                                     at::ScalarType type);

}  // namespace mhc
