#include "core/manifold/constraints/householder.h"

#include <Eigen/Eigenvalues>
#include <limits>

#include "core/manifold/sigmoid.h"
#include "core/manifold/skew_cayley.h"
#include "core/manifold/unit_vector.h"

namespace mhc {
namespace {

constexpr double kGateStart = 4.0;
constexpr double kLargestFitGate = 8.0;  // σ' there is that of a softmax at its bound

// The logits in their order: angles of Q, v, g.
struct Parts {
  std::span<const double> angles;
  std::span<const double> v;
  double gate;
};

Parts Split(std::span<const double> logits, int streams) {
  const int angles = AngleCount(streams);
  return {logits.first(angles), logits.subspan(angles, streams), logits.back()};
}

int Count(int streams, const ConstraintOptions&) { return AngleCount(streams) + streams + 1; }

Matrix Reflection(const Vector& unit) {
  return Matrix::Identity(unit.size(), unit.size()) - 2.0 * unit * unit.transpose();
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  const Parts parts = Split(logits, streams);
  return Sigmoid(parts.gate) * CayleyRotation(parts.angles, streams).matrix() +
         Sigmoid(-parts.gate) * Reflection(UnitVector(parts.v));
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const Parts parts = Split(logits, streams);
  const CayleyRotation rotation(parts.angles, streams);
  const Vector unit = UnitVector(parts.v);
  std::vector<double> grad = rotation.Pullback(Sigmoid(parts.gate) * grad_matrix);
  const Vector grad_unit =
      -2.0 * Sigmoid(-parts.gate) * (grad_matrix + grad_matrix.transpose()) * unit;
  const Vector grad_v = UnitVectorPullback(parts.v, grad_unit);
  grad.insert(grad.end(), grad_v.begin(), grad_v.end());
  const Matrix difference = rotation.matrix() - Reflection(unit);
  grad.push_back(SigmoidSlope(parts.gate) * grad_matrix.cwiseProduct(difference).sum());
  return grad;
}

std::vector<double> Joined(std::vector<double> angles, const Vector& v, double gate) {
  angles.insert(angles.end(), v.begin(), v.end());
  angles.push_back(gate);
  return angles;
}

std::vector<double> Start(int streams, const ConstraintOptions&) {
  Vector v = Vector::Constant(streams, 0.1);
  v(0) += 1.0;
  return Joined(std::vector<double>(AngleCount(streams), 0.0), v, kGateStart);
}

// The best of a few guesses: for each direction of the symmetric part as v and each gate, the
// rotation nearest to what is left of the target.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions& options) {
  const int streams = static_cast<int>(target.rows());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> symmetric(0.5 *
                                                                 (target + target.transpose()));
  std::vector<double> best;
  double smallest = std::numeric_limits<double>::infinity();
  for (const double gate : {-4.0, -1.0, 1.0, 4.0}) {
    for (int k = 0; k < streams; ++k) {
      const Vector v = symmetric.eigenvectors().col(k);
      const Matrix left = target - Sigmoid(-gate) * Reflection(v);
      std::vector<double> logits = Joined(AnglesNear(left), v, gate);
      const double residual = (Map(logits, streams, options) - target).norm();
      if (residual >= smallest) continue;
      smallest = residual;
      best = std::move(logits);
    }
  }
  return best;
}

std::vector<double> FitLimits(int streams, const ConstraintOptions&) {
  constexpr double kFree = std::numeric_limits<double>::infinity();
  return Joined(std::vector<double>(AngleCount(streams), kLargestFitAngle),
                Vector::Constant(streams, kFree), kLargestFitGate);
}

}  // namespace

MixingConstraint HouseholderConstraint() {
  return {.name = "householder",
          .code = "C11",
          .text =
              "A gate between a Cayley rotation and a reflection: each is orthogonal, the "
              "mixture has a spectral norm of at most 1.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
            return {.spectral_norm = true};
          },
          .allows = [](int) { return true; },
          .allowed_streams = "any n",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start = Start,
          .fit_start = FitStart,
          .fit_spread = 0.0,
          .fit_limits = FitLimits,
          .fit_restarts = 12};
}

}  // namespace mhc
