#include "core/manifold/constraints/spectral_sphere.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "core/manifold/helmert_basis.h"
#include "core/manifold/skew_cayley.h"

namespace mhc {
namespace {

constexpr double kSigmaStart = 4.0;
// tanh s = 2σ(2s) − 1: at 4 its derivative is that of a softmax at its bound.
constexpr double kLargestFitSigma = 4.0;

// The logits in their order: angles of U, σ logits, angles of V.
struct Parts {
  std::span<const double> left;
  std::span<const double> sigma;
  std::span<const double> right;
};

Parts Split(std::span<const double> logits, int streams) {
  const int angles = AngleCount(streams - 1);
  return {logits.first(angles), logits.subspan(angles, streams - 1), logits.last(angles)};
}

std::vector<double> Joined(std::vector<double> left, const Vector& sigma,
                           const std::vector<double>& right) {
  left.insert(left.end(), sigma.begin(), sigma.end());
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Vector Sigmas(const Parts& parts) {
  return Eigen::Map<const Vector>(parts.sigma.data(), parts.sigma.size()).array().tanh().matrix();
}

int Count(int streams, const ConstraintOptions&) {
  return 2 * AngleCount(streams - 1) + streams - 1;
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  const Parts parts = Split(logits, streams);
  const Matrix left = HelmertBasis(streams) * CayleyRotation(parts.left, streams - 1).matrix();
  const Matrix right = HelmertBasis(streams) * CayleyRotation(parts.right, streams - 1).matrix();
  const Matrix mean = Matrix::Constant(streams, streams, 1.0 / streams);
  return mean + left * Sigmas(parts).asDiagonal() * right.transpose();
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const Parts parts = Split(logits, streams);
  const CayleyRotation u(parts.left, streams - 1), v(parts.right, streams - 1);
  const Vector sigmas = Sigmas(parts);
  const Matrix basis = HelmertBasis(streams);
  const Matrix grad = basis.transpose() * grad_matrix * basis;  // of U diag(σ) Vᵀ
  const Matrix grad_left = grad * v.matrix() * sigmas.asDiagonal();
  const Matrix grad_right = grad.transpose() * u.matrix() * sigmas.asDiagonal();
  const Vector grad_sigmas = (u.matrix().transpose() * grad * v.matrix()).diagonal();
  // 1/cosh² rather than 1 − tanh², which cancels.
  const auto slope = [](double s) { return std::pow(1.0 / std::cosh(s), 2); };
  Vector grad_logits(sigmas.size());
  for (Eigen::Index k = 0; k < sigmas.size(); ++k) {
    grad_logits(k) = grad_sigmas(k) * slope(parts.sigma[k]);
  }
  return Joined(u.Pullback(grad_left), grad_logits, v.Pullback(grad_right));
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  const std::vector<double> angles(AngleCount(streams - 1), 0.0);
  return Joined(angles, Vector::Constant(streams - 1, kSigmaStart), angles);
}

// The nearest of all: the singular values of the target between differences, none above the bound.
// Both rotations are turned by signs, which σ takes back.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const Matrix basis = HelmertBasis(static_cast<int>(target.rows()));
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(basis.transpose() * target * basis,
                                              Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Matrix u = svd.matrixU(), v = svd.matrixV();
  const Vector u_signs = SignsForCayley(u.transpose()), v_signs = SignsForCayley(v.transpose());
  const double largest = std::tanh(kLargestFitSigma);
  Vector sigma(svd.singularValues().size());
  for (Eigen::Index k = 0; k < sigma.size(); ++k) {
    sigma(k) = u_signs(k) * v_signs(k) * std::atanh(std::min(svd.singularValues()(k), largest));
  }
  return Joined(AnglesNear(u * u_signs.asDiagonal()), sigma, AnglesNear(v * v_signs.asDiagonal()));
}

std::vector<double> FitLimits(int streams, const ConstraintOptions&) {
  const std::vector<double> angles(AngleCount(streams - 1), kLargestFitAngle);
  return Joined(angles, Vector::Constant(streams - 1, kLargestFitSigma), angles);
}

}  // namespace

MixingConstraint SpectralSphereConstraint() {
  return {.name = "spectral_sphere",
          .code = "C13",
          .text =
              "The mean over the streams kept, their differences turned and shrunk, as in sHC: "
              "rows and columns sum to 1, with negative entries.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
            return {.rows = true, .columns = true, .spectral_norm = true};
          },
          .allows = [](int streams) { return streams >= 2; },
          .allowed_streams = "n of 2 or more (one stream has no differences)",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start = Start,
          .fit_start = FitStart,
          .fit_spread = 0.0,
          .fit_limits = FitLimits};
}

}  // namespace mhc
