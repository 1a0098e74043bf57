// How fast Sinkhorn's iteration comes to doubly stochastic matrices.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// After t = 1, 2, … iterations: max_i |Σ_j H_ij − 1| and max_j |Σ_i H_ij − 1|. Ideal: 0; the side
// that is normalised last is there at once, and the other shrinks by σ₂(H_∞)² an iteration, a
// straight line over t on a logarithmic scale (arXiv 2512.24880, Eq. 9, and its linearisation at
// the limit).
struct SinkhornResidual {
  std::vector<double> row_error;     // [t_max]
  std::vector<double> column_error;  // [t_max]
};

// logits: n² row-major, finite. choice: `sinkhorn`, whose option `iterations` (1 or more) is t_max.
// Thread rule: a pure function.
SinkhornResidual ResidualByIteration(const ConstraintChoice& choice, int streams,
                                     std::span<const double> logits);

}  // namespace mhc
