#include "core/manifold/constraints/quaternion.h"

#include <Eigen/SVD>
#include <array>

#include "core/manifold/unit_vector.h"

namespace mhc {
namespace {

constexpr int kStreams = 4;

// x ↦ p x and x ↦ x q̄ as matrices, of which H is the product; both are linear in p and q.
Matrix Left(const Vector& p) {
  const double a = p(0), b = p(1), c = p(2), d = p(3);
  return Matrix{{a, -b, -c, -d}, {b, a, -d, c}, {c, d, a, -b}, {d, -c, b, a}};
}

Matrix RightConjugate(const Vector& q) {
  const double w = q(0), x = q(1), y = q(2), z = q(3);
  return Matrix{{w, x, y, z}, {-x, w, -z, y}, {-y, z, w, -x}, {-z, -y, x, w}};
}

// M_ab = ⟨L(e_a) R(e_b), matrix⟩, so that ⟨H, matrix⟩ = pᵀ M q.
Matrix Correlations(const Matrix& matrix) {
  Matrix correlations(kStreams, kStreams);
  for (int a = 0; a < kStreams; ++a) {
    for (int b = 0; b < kStreams; ++b) {
      const Matrix unit =
          Left(Vector::Unit(kStreams, a)) * RightConjugate(Vector::Unit(kStreams, b));
      correlations(a, b) = unit.cwiseProduct(matrix).sum();
    }
  }
  return correlations;
}

std::vector<double> Joined(const Vector& p, const Vector& q) {
  std::vector<double> logits(p.begin(), p.end());
  logits.insert(logits.end(), q.begin(), q.end());
  return logits;
}

Matrix Map(std::span<const double> logits, int, const ConstraintOptions&) {
  return Left(UnitVector(logits.first(kStreams))) *
         RightConjugate(UnitVector(logits.last(kStreams)));
}

std::vector<double> Pullback(std::span<const double> logits, int, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const std::span<const double> p = logits.first(kStreams), q = logits.last(kStreams);
  const Matrix correlations = Correlations(grad_matrix);
  return Joined(UnitVectorPullback(p, correlations * UnitVector(q)),
                UnitVectorPullback(q, correlations.transpose() * UnitVector(p)));
}

// The nearest of all: pᵀ M q is largest at the first singular vectors of M.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Correlations(target),
                                              Eigen::ComputeFullU | Eigen::ComputeFullV);
  return Joined(svd.matrixU().col(0), svd.matrixV().col(0));
}

}  // namespace

MixingConstraint QuaternionConstraint() {
  return {.name = "quaternion",
          .code = "C12",
          .text =
              "Two unit quaternions turn the four streams, as in oHC: orthogonal with "
              "determinant 1.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
            return {.spectral_norm = true, .orthogonal = true};
          },
          .allows = [](int streams) { return streams == kStreams; },
          .allowed_streams = "n = 4 (quaternions turn four dimensions)",
          .logit_count = [](int, const ConstraintOptions&) { return 2 * kStreams; },
          .map = Map,
          .pullback = Pullback,
          .start =
              [](int, const ConstraintOptions&) {
                return Joined(Vector::Unit(kStreams, 0), Vector::Unit(kStreams, 0));
              },
          .fit_start = FitStart,
          .fit_spread = 0.0};
}

}  // namespace mhc
