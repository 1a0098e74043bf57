// Seeded random logits and matrices for the tests of core/manifold.
#pragma once

#include <Eigen/LU>
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

class RandomMatrices {
 public:
  explicit RandomMatrices(unsigned seed) : generator_(seed) {}

  double Normal() { return normal_(generator_); }

  std::vector<double> Normals(int count, double scale = 1.0) {
    std::vector<double> values(count);
    for (double& value : values) value = scale * Normal();
    return values;
  }

  Matrix NormalMatrix(int rows, int columns, double scale = 1.0) {
    const std::vector<double> values = Normals(rows * columns, scale);
    return Eigen::Map<const Matrix>(values.data(), rows, columns);
  }

  Matrix Permutation(int n) {
    std::vector<int> columns(n);
    std::iota(columns.begin(), columns.end(), 0);
    std::shuffle(columns.begin(), columns.end(), generator_);
    Matrix matrix = Matrix::Zero(n, n);
    for (int i = 0; i < n; ++i) matrix(i, columns[i]) = 1.0;
    return matrix;
  }

  // Doubly stochastic but for rounding: a mixture of permutations.
  Matrix PermutationMixture(int n, int permutations = 6) {
    std::vector<double> weights(permutations);
    for (double& weight : weights) weight = -std::log(uniform_(generator_));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    Matrix matrix = Matrix::Zero(n, n);
    for (const double weight : weights) matrix += weight / sum * Permutation(n);
    return matrix;
  }

  // (I + A)⁻¹(I − A) of a random skew A: orthogonal, determinant 1.
  Matrix Cayley(int n) {
    const Matrix square = NormalMatrix(n, n);
    const Matrix skew = square - square.transpose();
    const Matrix identity = Matrix::Identity(n, n);
    return (identity + skew).lu().solve(identity - skew);
  }

  // I − 2vvᵀ/‖v‖²: orthogonal, determinant −1.
  Matrix Householder(int n) {
    const Matrix v = NormalMatrix(n, 1);
    return Matrix::Identity(n, n) - 2.0 / v.squaredNorm() * v * v.transpose();
  }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_{1e-3, 1.0};
};

}  // namespace mhc
