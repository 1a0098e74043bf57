#include "core/manifold/diagnostics/sinkhorn_residual.h"

#include <cassert>
#include <utility>

#include "core/manifold/constraints/sinkhorn.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {

SinkhornResidual ResidualByIteration(const ConstraintChoice& choice, int streams,
                                     std::span<const double> logits) {
  assert(choice.constraint->name == "sinkhorn" && choice.options.Integer("iterations") > 0);
  SinkhornResidual residual;
  for (const Matrix& matrix : SinkhornIterates(logits, streams, choice.options)) {
    residual.row_error.push_back(RowError(matrix));
    residual.column_error.push_back(ColumnError(matrix));
  }
  if (choice.transpose) std::swap(residual.row_error, residual.column_error);
  return residual;
}

}  // namespace mhc
