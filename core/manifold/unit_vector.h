// Directions: a vector over its length, with the derivative. Thread rule: pure functions.
#pragma once

#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// A vector without an entry as large has no direction, and counts as e_1 with derivative 0.
inline constexpr double kNoDirection = 1e-30;

// v/‖v‖. Finite for all finite v.
Vector UnitVector(std::span<const double> v);

// The cotangent of v for that of u = v/‖v‖: (g − u (u·g)) / ‖v‖.
Vector UnitVectorPullback(std::span<const double> v, const Vector& grad_unit);

}  // namespace mhc
