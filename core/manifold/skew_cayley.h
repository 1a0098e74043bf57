// Rotations from angles: skew-symmetric matrices and their Cayley transform, with the derivative
// and the way back.
//
// Q = (I + A)⁻¹(I − A) for A skew: orthogonal, determinant 1, no eigenvalue −1; the two factors
// commute. A plane turns by 2·arctan of its entry. Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

// Where a fit stops an angle: there its derivative, 2/(1 + z²), is as small as that of a softmax at
// kSoftmaxSpread.
inline constexpr double kLargestFitAngle = 64.0;

// Beyond it, an angle counts as it, with derivative 0: nearer to the precision of a double, I + A
// could not be inverted.
inline constexpr double kLargestAngle = 1e8;

// size·(size−1)/2.
int AngleCount(int size);

class CayleyRotation {
 public:
  // angles: A_ij for i < j, row-major; A_ji = −A_ij.
  CayleyRotation(std::span<const double> angles, int size);

  const Matrix& matrix() const { return rotation_; }
  // The cotangent of the angles for that of the rotation: with W = (I + A)⁻¹, dQ = −2 W dA W.
  std::vector<double> Pullback(const Matrix& grad_rotation) const;

 private:
  std::vector<double> angles_;
  Matrix inverse_;  // W
  Matrix rotation_;
};

// Angles of a rotation near `matrix` (square, finite), each at most kLargestFitAngle. Exact for a
// rotation whose angles are; near an eigenvalue −1 there are none, and they are of a neighbour.
std::vector<double> AnglesNear(const Matrix& matrix);

// Signs d (±1) that make diag(d)·Q a rotation far from every eigenvalue −1, for an orthogonal Q.
Vector SignsForCayley(const Matrix& orthogonal);

}  // namespace mhc
