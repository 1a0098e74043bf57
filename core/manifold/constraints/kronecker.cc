#include "core/manifold/constraints/kronecker.h"

#include <algorithm>
#include <array>

#include "core/manifold/permutations.h"
#include "core/manifold/simplex.h"

namespace mhc {
namespace {

constexpr double kIdentityStart = 8.0;

// One factor U_k: its size, where its logits begin, and the stride of its digit in a stream's
// number (the first factor is the most significant digit).
struct Factor {
  int size = 0;
  int count = 0;  // size!
  int first = 0;
  int stride = 0;
  int Digit(int stream) const { return stream / stride % size; }
};

std::vector<Factor> FactorsOf(int streams) {
  std::vector<Factor> factors;
  int first = 0;
  int left = streams;
  for (const int size : KroneckerFactors(streams)) {
    left /= size;
    const int count = size == 2 ? 2 : 6;
    factors.push_back({size, count, first, left});
    first += count;
  }
  return factors;
}

std::vector<Matrix> FactorMatrices(const std::vector<Factor>& factors,
                                   std::span<const double> logits) {
  std::vector<Matrix> matrices;
  matrices.reserve(factors.size());
  for (const Factor& factor : factors) {
    matrices.push_back(MixPermutations(logits.subspan(factor.first, factor.count), factor.size));
  }
  return matrices;
}

// Π_k U_k[i_k][j_k] over all factors but `without` (−1: over all).
double Product(const std::vector<Factor>& factors, const std::vector<Matrix>& matrices, int i,
               int j, int without) {
  double product = 1.0;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (static_cast<int>(k) == without) continue;
    product *= matrices[k](factors[k].Digit(i), factors[k].Digit(j));
  }
  return product;
}

int Count(int streams, const ConstraintOptions&) {
  int count = 0;
  for (const Factor& factor : FactorsOf(streams)) count += factor.count;
  return count;
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  const std::vector<Factor> factors = FactorsOf(streams);
  const std::vector<Matrix> matrices = FactorMatrices(factors, logits);
  Matrix matrix(streams, streams);
  for (int i = 0; i < streams; ++i) {
    for (int j = 0; j < streams; ++j) matrix(i, j) = Product(factors, matrices, i, j, -1);
  }
  return matrix;
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const std::vector<Factor> factors = FactorsOf(streams);
  const std::vector<Matrix> matrices = FactorMatrices(factors, logits);
  std::vector<double> grad;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    const Factor& factor = factors[k];
    Matrix grad_factor = Matrix::Zero(factor.size, factor.size);
    for (int i = 0; i < streams; ++i) {
      for (int j = 0; j < streams; ++j) {
        grad_factor(factor.Digit(i), factor.Digit(j)) +=
            grad_matrix(i, j) * Product(factors, matrices, i, j, static_cast<int>(k));
      }
    }
    const Vector block = MixPermutationsPullback(logits.subspan(factor.first, factor.count),
                                                 factor.size, grad_factor);
    grad.insert(grad.end(), block.begin(), block.end());
  }
  return grad;
}

std::vector<double> Start(int streams, const ConstraintOptions& options) {
  std::vector<double> logits(Count(streams, options), -kIdentityStart);
  for (const Factor& factor : FactorsOf(streams)) logits[factor.first] = 0.0;
  return logits;
}

// Summed over all other digits, a Kronecker product of doubly stochastic factors leaves each factor
// times what the others sum to.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const int streams = static_cast<int>(target.rows());
  std::vector<double> logits;
  for (const Factor& factor : FactorsOf(streams)) {
    Matrix sums = Matrix::Zero(factor.size, factor.size);
    for (int i = 0; i < streams; ++i) {
      for (int j = 0; j < streams; ++j) sums(factor.Digit(i), factor.Digit(j)) += target(i, j);
    }
    const Vector block = MixtureLogits(sums * (static_cast<double>(factor.size) / streams));
    logits.insert(logits.end(), block.begin(), block.end());
  }
  return logits;
}

}  // namespace

std::vector<int> KroneckerFactors(int streams) {
  std::vector<int> sizes;
  for (const int prime : {2, 3}) {
    for (; streams % prime == 0; streams /= prime) sizes.push_back(prime);
  }
  return sizes;
}

MixingConstraint KroneckerConstraint() {
  return {.name = "kronecker",
          .code = "C5",
          .text =
              "A Kronecker product of small permutation mixtures, as in KromHC: exactly doubly "
              "stochastic with few logits.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
          .allows =
              [](int streams) {
                constexpr std::array kAllowed = {2, 3, 4, 6, 8};
                return std::find(kAllowed.begin(), kAllowed.end(), streams) != kAllowed.end();
              },
          .allowed_streams = "n = 2, 3, 4, 6 or 8",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start = Start,
          .fit_start = FitStart,
          .fit_spread = kSoftmaxSpread};
}

}  // namespace mhc
