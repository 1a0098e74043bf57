#include "core/manifold/scaled_matrix.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mhc {
namespace {

// Products of two mantissas of up to 64 rows stay far inside the range of a double.
constexpr int kFarExponent = 400;

double TimesPowerOfTwo(double value, std::int64_t exponent) {
  constexpr std::int64_t kBeyondDoubles = 5000;
  return std::ldexp(value, static_cast<int>(std::clamp(exponent, -kBeyondDoubles, kBeyondDoubles)));
}

}  // namespace

ScaledMatrix::ScaledMatrix(Matrix matrix, std::int64_t exponent)
    : mantissa_(std::move(matrix)), exponent_(exponent) {
  Normalise();
}

void ScaledMatrix::MultiplyLeft(const ScaledMatrix& factor) {
  mantissa_ = factor.mantissa_ * mantissa_;
  exponent_ += factor.exponent_;
  Normalise();
}

void ScaledMatrix::MultiplyRight(const ScaledMatrix& factor) {
  mantissa_ = mantissa_ * factor.mantissa_;
  exponent_ += factor.exponent_;
  Normalise();
}

double ScaledMatrix::Scale(double of_mantissa) const {
  return TimesPowerOfTwo(of_mantissa, exponent_);
}

double ScaledMatrix::Unscale(double value) const { return TimesPowerOfTwo(value, -exponent_); }

void ScaledMatrix::Normalise() {
  const double largest = mantissa_.cwiseAbs().maxCoeff();
  if (largest == 0.0 || !std::isfinite(largest)) return;
  const int far = std::ilogb(largest);
  // One that came back into the ordinary range, after growth and then decay, is whole again.
  const std::int64_t whole = exponent_ + far;
  const bool ordinary = std::abs(whole) <= kFarExponent;
  if (ordinary && exponent_ == 0) return;
  const std::int64_t shift = ordinary ? -exponent_ : far;
  mantissa_ = mantissa_.unaryExpr([shift](double value) { return TimesPowerOfTwo(value, -shift); });
  exponent_ += shift;
}

}  // namespace mhc
