// Products of mixing matrices over the depth of a network, newest on the left.
// Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

// The partial products of the sites 1…L (index 0 is site 1).
struct CompositeMapping {
  std::vector<Matrix> prefix;  // prefix[l] = H_l … H_1: its forward gain is what a signal has met
  std::vector<Matrix> suffix;  // suffix[l] = H_L … H_l: its backward gain is what a gradient meets
};

// sites: at least one, all n×n, oldest first. The whole product is prefix.back() and, but for
// rounding, suffix.front().
CompositeMapping Compose(std::span<const Matrix> sites);

// H_L … H_1 alone.
Matrix Product(std::span<const Matrix> sites);

}  // namespace mhc
