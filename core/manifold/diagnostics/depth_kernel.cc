#include "core/manifold/diagnostics/depth_kernel.h"

namespace mhc {

Matrix DepthKernel(std::span<const SiteMaps> sites) {
  const auto count = static_cast<Eigen::Index>(sites.size());
  Matrix kernel = Matrix::Zero(count, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    Vector written = sites[i].post;
    for (Eigen::Index j = i + 1; j < count; ++j) {
      kernel(j, i) = sites[j].pre.dot(written);
      written = sites[j].res * written;
    }
  }
  return kernel;
}

}  // namespace mhc
