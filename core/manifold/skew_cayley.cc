#include "core/manifold/skew_cayley.h"

#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/manifold/seeded_normals.h"

namespace mhc {
namespace {

Matrix SkewMatrix(std::span<const double> angles, int size) {
  assert(static_cast<int>(angles.size()) == AngleCount(size));
  Matrix skew = Matrix::Zero(size, size);
  std::size_t k = 0;
  for (int i = 0; i < size; ++i) {
    for (int j = i + 1; j < size; ++j) {
      skew(i, j) = std::clamp(angles[k++], -kLargestAngle, kLargestAngle);
      skew(j, i) = -skew(i, j);
    }
  }
  return skew;
}

// The rotation nearest to a matrix: its polar factor, with the smallest direction turned over where
// that is a reflection.
Matrix NearestRotation(const Matrix& matrix) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::MatrixXd u = svd.matrixU();
  const Eigen::MatrixXd& v = svd.matrixV();
  if ((u * v.transpose()).determinant() < 0.0) u.col(u.cols() - 1) *= -1.0;
  return u * v.transpose();
}

double Openness(const Matrix& orthogonal) {
  const Eigen::Index n = orthogonal.rows();
  return std::abs((Matrix::Identity(n, n) + orthogonal).determinant());
}

}  // namespace

int AngleCount(int size) { return size * (size - 1) / 2; }

CayleyRotation::CayleyRotation(std::span<const double> angles, int size)
    : angles_(angles.begin(), angles.end()) {
  const Matrix identity = Matrix::Identity(size, size);
  inverse_ = (identity + SkewMatrix(angles, size)).partialPivLu().solve(identity);
  rotation_ = 2.0 * inverse_ - identity;
}

std::vector<double> CayleyRotation::Pullback(const Matrix& grad_rotation) const {
  const Matrix grad_skew = -2.0 * inverse_.transpose() * grad_rotation * inverse_.transpose();
  std::vector<double> grad;
  grad.reserve(angles_.size());
  for (Eigen::Index i = 0; i < grad_skew.rows(); ++i) {
    for (Eigen::Index j = i + 1; j < grad_skew.cols(); ++j) {
      const bool held = std::abs(angles_[grad.size()]) > kLargestAngle;
      grad.push_back(held ? 0.0 : grad_skew(i, j) - grad_skew(j, i));
    }
  }
  return grad;
}

std::vector<double> AnglesNear(const Matrix& matrix) {
  constexpr double kClosed = 1e-6;  // of |det(I + Q)|: an eigenvalue at −1, to rounding
  constexpr double kNudge = 0.05;
  const int size = static_cast<int>(matrix.rows());
  const Matrix identity = Matrix::Identity(size, size);
  Matrix rotation = NearestRotation(matrix);
  if (Openness(rotation) < kClosed) {
    const std::vector<double> nudge = SeededNormals(1, AngleCount(size), kNudge);
    rotation = rotation * CayleyRotation(nudge, size).matrix();
  }
  // (I + Q)ᵀ Aᵀ = (I − Q)ᵀ, from A(I + Q) = I − Q.
  const Matrix skew = (identity + rotation)
                          .transpose()
                          .partialPivLu()
                          .solve((identity - rotation).transpose())
                          .transpose();
  std::vector<double> angles;
  for (int i = 0; i < size; ++i) {
    for (int j = i + 1; j < size; ++j) {
      const double angle = 0.5 * (skew(i, j) - skew(j, i));
      angles.push_back(std::isfinite(angle) ? std::clamp(angle, -kLargestFitAngle, kLargestFitAngle)
                                            : 0.0);
    }
  }
  return angles;
}

Vector SignsForCayley(const Matrix& orthogonal) {
  // Some choice of signs leaves no entry of the skew matrix above 1 (O'Dorney, "Minimizing the
  // Cayley transform of an orthogonal matrix by multiplying by signature matrices", 2014). Turning
  // one or two signs at a time while |det(I + DQ)| grows ends at or near it.
  constexpr Eigen::Index kLargestForPairs = 16;
  const Eigen::Index n = orthogonal.rows();
  Vector signs = Vector::Ones(n);
  double best = Openness(orthogonal);
  bool climbed = true;
  while (climbed) {
    climbed = false;
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = i; j < (n <= kLargestForPairs ? n : i + 1); ++j) {
        Vector turned = signs;
        turned(i) *= -1.0;
        if (j != i) turned(j) *= -1.0;
        const double openness = Openness(turned.asDiagonal() * orthogonal);
        if (openness <= best * (1.0 + 1e-9)) continue;
        best = openness;
        signs = turned;
        climbed = true;
      }
    }
  }
  return signs;
}

}  // namespace mhc
