// C16, the spectral-norm clip: H = Z / max(1, σ₁(Z)) with Z the logits. Only ‖H‖₂ ≤ 1 is kept.
// Where σ₁ is 1, or above 1 and shared by several directions, the map has no derivative but a set
// of them: at σ₁ = 1 that of the inside (H = Z) is taken, so that the start at I has a gradient,
// and where the largest are tied that of one of their directions.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint SpectralClipConstraint();

}  // namespace mhc
