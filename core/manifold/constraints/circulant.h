// C9, circulant mixing (Circulant Hyper-Connections): H_ij = c_{(i−j) mod n} with c a softmax of n
// logits. Doubly stochastic and normal; all such maps commute. Leaky, with β > 0 over L sites: c is
// (1−γ)e_0 + γ·softmax(z) with γ = β/(2L) ≤ 1, so ‖H − I‖₂ ≤ 2γ = β/L, which keeps the smallest
// singular value of a product of L maps at or above (1 − β/L)^L where β ≤ L.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint CirculantConstraint();

// γ = β/(2L), the share of c that mixes; 1 where not leaky.
double CirculantShare(const ConstraintOptions& options);

}  // namespace mhc
