#include "core/manifold/diagnostics/birkhoff.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>

#include "core/manifold/diagnostics/distances.h"
#include "core/manifold/permutations.h"
#include "core/manifold/simplex.h"

namespace mhc {
namespace {

void SortByWeight(std::vector<PermutationWeight>& terms) {
  std::stable_sort(terms.begin(), terms.end(),
                   [](const auto& a, const auto& b) { return a.weight > b.weight; });
}

// A permutation all of whose entries are at least `threshold`, where there is one.
std::optional<std::vector<int>> PermutationAbove(const Matrix& matrix, double threshold) {
  const Matrix allowed =
      matrix.unaryExpr([threshold](double entry) { return entry >= threshold ? 1.0 : 0.0; });
  std::vector<int> columns = NearestPermutation(allowed);
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    if (allowed(i, columns[i]) == 0.0) return std::nullopt;
  }
  return columns;
}

// The permutation with the largest smallest entry among those above `least`.
std::optional<PermutationWeight> BottleneckPermutation(const Matrix& matrix, double least) {
  std::vector<double> entries;
  for (const double entry : matrix.reshaped()) {
    if (entry > least) entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end());
  std::optional<PermutationWeight> best;
  std::size_t first = 0, last = entries.size();  // the threshold lies in [first, last)
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    if (auto columns = PermutationAbove(matrix, entries[middle])) {
      best = {*std::move(columns), entries[middle]};
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return best;
}

}  // namespace

BirkhoffMixture PermutationMixCoordinates(const ConstraintChoice& choice, int streams,
                                          std::span<const double> logits) {
  assert(choice.constraint->name == "permutation_mix");
  const Vector shares = Softmax(logits);
  BirkhoffMixture mixture;
  Eigen::Index k = 0;
  for (const std::vector<int>& columns : Permutations(streams)) {
    std::vector<int> applied = columns;
    for (int i = 0; choice.transpose && i < streams; ++i) applied[columns[i]] = i;
    mixture.terms.push_back({std::move(applied), shares(k++)});
  }
  SortByWeight(mixture.terms);
  return mixture;
}

BirkhoffMixture DecomposeBirkhoff(const Matrix& matrix) {
  if (!matrix.allFinite()) return {{}, std::numeric_limits<double>::quiet_NaN()};
  // What rounding leaves of entries that were taken away.
  const double least = static_cast<double>(matrix.rows()) * std::numeric_limits<double>::epsilon() *
                       matrix.cwiseAbs().maxCoeff();
  BirkhoffMixture mixture;
  Matrix rest = matrix;
  while (auto term = BottleneckPermutation(rest, least)) {
    for (Eigen::Index i = 0; i < rest.rows(); ++i) rest(i, term->columns[i]) -= term->weight;
    mixture.terms.push_back(*std::move(term));
  }
  SortByWeight(mixture.terms);
  mixture.residual = rest.norm();
  return mixture;
}

}  // namespace mhc
