#include "core/manifold/diagnostics/composite_mapping.h"

#include <cassert>

namespace mhc {

CompositeMapping Compose(std::span<const Matrix> sites) {
  assert(!sites.empty());
  CompositeMapping composite;
  composite.prefix.reserve(sites.size());
  composite.prefix.push_back(sites.front());
  for (const Matrix& site : sites.subspan(1)) {
    composite.prefix.push_back(site * composite.prefix.back());
  }
  composite.suffix.resize(sites.size());
  composite.suffix.back() = sites.back();
  for (std::size_t l = sites.size() - 1; l > 0; --l) {
    composite.suffix[l - 1] = composite.suffix[l] * sites[l - 1];
  }
  return composite;
}

Matrix Product(std::span<const Matrix> sites) {
  assert(!sites.empty());
  Matrix product = sites.front();
  for (const Matrix& site : sites.subspan(1)) product = site * product;
  return product;
}

}  // namespace mhc
