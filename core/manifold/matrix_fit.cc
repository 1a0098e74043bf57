#include "core/manifold/matrix_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/manifold/seeded_normals.h"

namespace mhc {
namespace {

// Of residuals, for matrices with entries of order 1: where a descent ends, and where another start
// is not worth its time.
constexpr double kGoodEnough = 1e-13;
constexpr double kUnseen = 1e-3;

// The box that a fit from one start may not leave.
struct Box {
  Vector lower;
  Vector upper;
  Vector Clamp(const Vector& z) const { return z.cwiseMax(lower).cwiseMin(upper); }
};

// The box of a constraint's own limits.
Box BoxWithin(const std::vector<double>& limits) {
  const Vector largest =
      Eigen::Map<const Vector>(limits.data(), static_cast<Eigen::Index>(limits.size()));
  return {-largest, largest};
}

// A box of side `spread` about the start. Maps of exponentiated logits do not change when all
// logits move together, so where the box lies costs nothing.
Box BoxAbout(const Vector& start, double spread) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Eigen::Index count = start.size();
  if (spread <= 0.0 || count == 0) {
    return {Vector::Constant(count, -kInfinity), Vector::Constant(count, kInfinity)};
  }
  const double largest = start.maxCoeff();
  const double slack = std::max(0.0, spread - (largest - start.minCoeff()));
  double upper = largest + slack / 2.0;
  const double lower = upper - spread;
  while (upper - lower > spread) upper = std::nextafter(upper, lower);
  return {Vector::Constant(count, lower), Vector::Constant(count, upper)};
}

// The problem ½‖H(z) − target‖² with the transpose already taken out of the target.
class Problem {
 public:
  Problem(const ConstraintChoice& choice, const Matrix& target)
      : constraint_(*choice.constraint),
        options_(choice.options),
        target_(target),
        streams_(static_cast<int>(target.rows())) {}

  Vector Residuals(const Vector& z) const {
    const Matrix difference = constraint_.map(Span(z), streams_, options_) - target_;
    return Eigen::Map<const Vector>(difference.data(), difference.size());
  }

  // n² × count: row k is the pullback of the k-th entry of H alone.
  Matrix Jacobian(const Vector& z) const {
    Matrix jacobian(target_.size(), z.size());
    Matrix unit = Matrix::Zero(streams_, streams_);
    for (Eigen::Index k = 0; k < target_.size(); ++k) {
      unit.data()[k] = 1.0;
      const std::vector<double> row = constraint_.pullback(Span(z), streams_, options_, unit);
      unit.data()[k] = 0.0;
      jacobian.row(k) = Eigen::Map<const Vector>(row.data(), z.size()).transpose();
    }
    return jacobian;
  }

 private:
  static std::span<const double> Span(const Vector& z) {
    return {z.data(), static_cast<std::size_t>(z.size())};
  }

  const MixingConstraint& constraint_;
  const ConstraintOptions& options_;
  const Matrix& target_;
  const int streams_;
};

// Zero where the box holds a logit against the descent direction.
Vector Unheld(const Vector& gradient, const Vector& z, const Box& box) {
  Vector unheld = gradient;
  for (Eigen::Index i = 0; i < z.size(); ++i) {
    const bool held =
        (z(i) <= box.lower(i) && gradient(i) > 0.0) || (z(i) >= box.upper(i) && gradient(i) < 0.0);
    if (held) unheld(i) = 0.0;
  }
  return unheld;
}

// The residuals about a point: r + J step, J over the logits that may move.
class Linearised {
 public:
  // Logits with a zero in `gradient` stay: their columns of J go.
  Linearised(Matrix jacobian, const Vector& residuals, const Vector& gradient)
      : jacobian_(std::move(jacobian)), residuals_(residuals) {
    for (Eigen::Index i = 0; i < gradient.size(); ++i) {
      if (gradient(i) == 0.0) jacobian_.col(i).setZero();
    }
    const Vector squares = jacobian_.colwise().squaredNorm().transpose();
    scale_ = squares.cwiseMax(1e-12 * std::max(squares.maxCoeff(), 1e-300));
    if (!IsWide()) square_ = jacobian_.transpose() * jacobian_;
  }

  // The damped Gauss-Newton step −(JᵀJ + D)⁻¹ Jᵀr. Marquardt's damping D by the diagonal lets the
  // logits of small entries, whose derivatives are small, move as far as others. Where there are
  // more logits than entries the same is −D⁻¹Jᵀ (J D⁻¹ Jᵀ + I)⁻¹ r, a problem of the entries' size.
  Vector Step(double damping) const {
    if (!IsWide()) {
      Matrix damped = square_;
      damped.diagonal() += damping * scale_;
      return damped.ldlt().solve(-jacobian_.transpose() * residuals_);
    }
    const Matrix scaled = jacobian_ * (damping * scale_).cwiseInverse().asDiagonal();
    Matrix dual = scaled * jacobian_.transpose();
    dual.diagonal().array() += 1.0;
    return -scaled.transpose() * dual.ldlt().solve(residuals_);
  }

 private:
  bool IsWide() const { return jacobian_.cols() > jacobian_.rows(); }

  Matrix jacobian_;
  Vector residuals_;
  Vector scale_;   // diagonal of JᵀJ, none of it zero
  Matrix square_;  // JᵀJ where J is not wide
};

struct Point {
  Vector z;
  Vector residuals;
  double norm = 0.0;
};

Point At(const Problem& problem, Vector z) {
  Vector residuals = problem.Residuals(z);
  const double norm = residuals.norm();
  return {std::move(z), std::move(residuals), norm};
}

// Projected Levenberg-Marquardt from one start. Progress through dead gradients comes in bursts, so
// it takes a few idle steps in a row to end it.
Point Descend(const Problem& problem, const Vector& start, const Box& box) {
  constexpr int kSteps = 40;
  constexpr int kIdleSteps = 4;
  constexpr double kIdleGain = 1e-3;  // of the residual, relative, in one step
  constexpr double kLargestDamping = 1e8;
  Point best = At(problem, box.Clamp(start));
  double damping = 1e-8;
  int idle = 0;
  for (int step = 0; step < kSteps && idle < kIdleSteps && best.norm > kGoodEnough; ++step) {
    Matrix jacobian = problem.Jacobian(best.z);
    const Vector gradient = Unheld(jacobian.transpose() * best.residuals, best.z, box);
    if (gradient.isZero(0.0)) break;
    const Linearised linearised(std::move(jacobian), best.residuals, gradient);
    const double before = best.norm;
    while (damping < kLargestDamping) {
      Point trial = At(problem, box.Clamp(best.z + linearised.Step(damping)));
      if (trial.norm < best.norm) {
        best = std::move(trial);
        damping = std::max(damping / 10.0, 1e-12);
        break;
      }
      damping *= 4.0;
    }
    if (best.norm == before) break;
    idle = best.norm > before * (1.0 - kIdleGain) ? idle + 1 : 0;
  }
  return best;
}

Box BoxFor(const ConstraintChoice& choice, int streams, const Vector& start) {
  const MixingConstraint& constraint = *choice.constraint;
  if (!constraint.fit_limits) return BoxAbout(start, constraint.fit_spread);
  return BoxWithin(constraint.fit_limits(streams, choice.options));
}

// In the order in which they are tried.
std::vector<std::vector<double>> Starts(const ConstraintChoice& choice, const Matrix& map_target) {
  const int streams = static_cast<int>(map_target.rows());
  const int count = LogitCount(choice, streams);
  std::vector<std::vector<double>> starts = {
      choice.constraint->fit_start(map_target, choice.options), StartLogits(choice, streams)};
  for (int k = 0; k < choice.constraint->fit_restarts; ++k) {
    starts.push_back(SeededNormals(k, count, 1.0));
  }
  for (const std::vector<double>& start : starts) {
    assert(static_cast<int>(start.size()) == count);
  }
  return starts;
}

}  // namespace

MatrixFit FitMatrix(const ConstraintChoice& choice, const Matrix& target) {
  assert(target.rows() == target.cols() && target.allFinite());
  assert(choice.constraint->allows(static_cast<int>(target.rows())));
  const int streams = static_cast<int>(target.rows());
  const Matrix map_target = choice.transpose ? Matrix(target.transpose()) : target;
  const Problem problem(choice, map_target);

  Point best;
  for (const std::vector<double>& start : Starts(choice, map_target)) {
    const Vector z = Eigen::Map<const Vector>(start.data(), LogitCount(choice, streams));
    Point point = Descend(problem, z, BoxFor(choice, streams, z));
    if (best.residuals.size() == 0 || point.norm < best.norm) best = std::move(point);
    if (best.norm <= kUnseen) break;
  }

  MatrixFit fit;
  fit.logits.assign(best.z.begin(), best.z.end());
  fit.matrix = MapLogits(choice, streams, fit.logits);
  fit.residual = (fit.matrix - target).norm();
  return fit;
}

}  // namespace mhc
