// Directions: a vector over its length, with the derivative. Thread rule: pure functions.
#pragma once

#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// v/‖v‖. A vector shorter than 1e-30 has no direction and counts as e_1, with derivative 0. Finite
// for all finite v.
Vector UnitVector(std::span<const double> v);

// The cotangent of v for that of u = v/‖v‖: (g − u (u·g)) / ‖v‖.
Vector UnitVectorPullback(std::span<const double> v, const Vector& grad_unit);

}  // namespace mhc
