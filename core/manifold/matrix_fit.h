// The fit of the `match_matrix` transfer: the logits whose map comes nearest to a given matrix.
#pragma once

#include <vector>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

struct MatrixFit {
  std::vector<double> logits;
  Matrix matrix;          // the map of these logits
  double residual = 0.0;  // ‖matrix − target‖_F
};

// Minimises ‖H(z) − target‖_F over the logits z of `choice`, with max z − min z bounded by the
// constraint's fit_spread, or each |z| by its fit_limits. Deterministic. target: n×n, finite; n
// must be allowed by the constraint.
MatrixFit FitMatrix(const ConstraintChoice& choice, const Matrix& target);

}  // namespace mhc
