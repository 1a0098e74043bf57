// A matrix with a power of two beside it, so that a product over a deep network neither overflows
// nor vanishes: M·2^k. Scaling by a power of two rounds nothing, and matrices of ordinary size are
// left as they are (k = 0). Thread rule: a plain value.
#pragma once

#include <cstdint>

#include "core/manifold/matrix.h"

namespace mhc {

class ScaledMatrix {
 public:
  // matrix·2^exponent; the matrix finite.
  explicit ScaledMatrix(Matrix matrix, std::int64_t exponent = 0);

  const Matrix& mantissa() const { return mantissa_; }  // M
  std::int64_t exponent() const { return exponent_; }   // k

  void MultiplyLeft(const ScaledMatrix& factor);   // factor · this
  void MultiplyRight(const ScaledMatrix& factor);  // this · factor

  // A number read off the mantissa that scales with the matrix (a sum, a norm, a singular value)
  // as that of the matrix: infinite where it is beyond a double, 0 where it is below.
  double Scale(double of_mantissa) const;
  // A number beside the matrix as the mantissa sees it: value·2^−k, with the same ends.
  double Unscale(double value) const;

 private:
  void Normalise();

  Matrix mantissa_;
  std::int64_t exponent_ = 0;
};

}  // namespace mhc
