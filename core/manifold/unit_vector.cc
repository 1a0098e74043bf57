#include "core/manifold/unit_vector.h"

namespace mhc {
namespace {

Eigen::Map<const Vector> AsVector(std::span<const double> v) {
  return {v.data(), static_cast<Eigen::Index>(v.size())};
}

}  // namespace

Vector UnitVector(std::span<const double> v) {
  const auto vector = AsVector(v);
  // Relative to the largest entry, so that no square overflows.
  const double largest = vector.cwiseAbs().maxCoeff();
  if (largest < kNoDirection) return Vector::Unit(vector.size(), 0);
  return (vector / largest).normalized();
}

Vector UnitVectorPullback(std::span<const double> v, const Vector& grad_unit) {
  const auto vector = AsVector(v);
  const double largest = vector.cwiseAbs().maxCoeff();
  if (largest < kNoDirection) return Vector::Zero(vector.size());
  const Vector unit = UnitVector(v);
  const Vector grad = grad_unit - unit * unit.dot(grad_unit);
  return grad / (vector / largest).norm() / largest;
}

}  // namespace mhc
