// C11, the Householder–Cayley hybrid (EΔ-MHC-Geo): H = γQ + (1−γ)(I − 2vvᵀ/‖v‖²) with Q the Cayley
// rotation of the first logits, v the next n and γ = σ(g) the last. Each branch is orthogonal; the
// mixture keeps ‖H‖₂ ≤ 1.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint HouseholderConstraint();

}  // namespace mhc
