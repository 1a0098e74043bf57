#include "core/manifold/helmert_basis.h"

#include <cmath>

namespace mhc {

Matrix HelmertBasis(int n) {
  Matrix basis = Matrix::Zero(n, n - 1);
  for (int i = 1; i < n; ++i) {
    const double share = 1.0 / std::sqrt(static_cast<double>(i) * (i + 1));
    basis.col(i - 1).head(i).setConstant(share);
    basis(i, i - 1) = -i * share;
  }
  return basis;
}

}  // namespace mhc
