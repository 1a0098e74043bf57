#include "core/manifold/permutations.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/manifold/simplex.h"

namespace mhc {

std::vector<std::vector<int>> Permutations(int n) {
  assert(n >= 1 && n <= 8);
  std::vector<int> permutation(n);
  std::iota(permutation.begin(), permutation.end(), 0);
  std::vector<std::vector<int>> all;
  do {
    all.push_back(permutation);
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  return all;
}

Matrix MixPermutations(std::span<const double> logits, int n) {
  const Vector shares = Softmax(logits);
  Matrix matrix = Matrix::Zero(n, n);
  Eigen::Index k = 0;
  for (const std::vector<int>& permutation : Permutations(n)) {
    for (int i = 0; i < n; ++i) matrix(i, permutation[i]) += shares(k);
    ++k;
  }
  return matrix;
}

Vector MixPermutationsPullback(std::span<const double> logits, int n, const Matrix& grad_matrix) {
  Vector grad_shares = Vector::Zero(static_cast<Eigen::Index>(logits.size()));
  Eigen::Index k = 0;
  for (const std::vector<int>& permutation : Permutations(n)) {
    for (int i = 0; i < n; ++i) grad_shares(k) += grad_matrix(i, permutation[i]);
    ++k;
  }
  return SoftmaxPullback(Softmax(logits), grad_shares);
}

Vector MixtureLogits(const Matrix& target) {
  const int n = static_cast<int>(target.rows());
  const std::vector<std::vector<int>> permutations = Permutations(n);
  const Matrix logarithms = target.array().max(std::exp(-kSoftmaxSpread)).log().matrix();
  Vector logits = Vector::Zero(static_cast<Eigen::Index>(permutations.size()));
  for (Eigen::Index k = 0; k < logits.size(); ++k) {
    for (int i = 0; i < n; ++i) logits(k) += logarithms(i, permutations[k][i]) / (n == 2 ? 2 : 1);
  }
  return (logits.array() - logits.maxCoeff()).max(-kSoftmaxSpread).matrix();
}

}  // namespace mhc
