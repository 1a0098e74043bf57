#include "core/model/stochastic_maps.h"

#include "core/manifold/constraints/circulant.h"
#include "core/manifold/constraints/kronecker.h"
#include "core/manifold/permutations.h"
#include "core/model/map_constants.h"

namespace mhc {
namespace {

// All permutation matrices of n side by side, [n!, n²].
at::Tensor PermutationMatrices(std::int64_t n) {
  const std::vector<std::vector<int>> permutations = Permutations(static_cast<int>(n));
  std::vector<float> entries(permutations.size() * n * n, 0.0f);
  for (std::size_t k = 0; k < permutations.size(); ++k) {
    for (std::int64_t i = 0; i < n; ++i) entries[(k * n + i) * n + permutations[k][i]] = 1.0f;
  }
  return torch::tensor(entries).view({-1, n * n});
}

at::Tensor Mixture(const at::Tensor& logits, std::int64_t n) {
  const at::Tensor basis = MapConstant("permutation matrices", n, logits.options(),
                                       [n] { return PermutationMatrices(n); });
  return logits.softmax(-1).matmul(basis).unflatten(-1, {n, n});
}

// A [..., a, a] ⊗ B [..., b, b] -> [..., ab, ab], A the most significant.
at::Tensor Kronecker(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor product = a.unsqueeze(-1).unsqueeze(-3) * b.unsqueeze(-2).unsqueeze(-4);
  return product.flatten(-2).flatten(-3, -2);
}

// The entry of c that entry (i, j) of circ(c) is, [n·n].
at::Tensor CirculantPlaces(std::int64_t n) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) places.push_back((i - j + n) % n);
  }
  return torch::tensor(places);
}

// 0 where rounding went below it, with the derivative as it is.
at::Tensor NotNegative(const at::Tensor& x) { return x + (x.clamp_min(0) - x).detach(); }

}  // namespace

at::Tensor PermutationMixMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return Mixture(logits, n);
}

at::Tensor KroneckerMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  at::Tensor matrix;
  std::int64_t first = 0;
  for (const int size : KroneckerFactors(static_cast<int>(n))) {
    const std::int64_t count = size == 2 ? 2 : 6;
    const at::Tensor factor = Mixture(logits.narrow(-1, first, count), size);
    matrix = matrix.defined() ? Kronecker(matrix, factor) : factor;
    first += count;
  }
  return matrix;
}

at::Tensor CirculantMap(const at::Tensor& logits, std::int64_t n,
                        const ConstraintOptions& options) {
  const double share = CirculantShare(options);
  at::Tensor c = logits.softmax(-1);
  if (share < 1.0) c = share * c + (1.0 - share) * torch::eye(n, logits.options())[0];
  const at::Tensor index = MapConstant("circulant places", n, logits.options().dtype(torch::kInt64),
                                       [n] { return CirculantPlaces(n); });
  return c.index_select(-1, index).unflatten(-1, {n, n});
}

// Entry after entry, as in core/manifold/constraints/transport_fill.cc. at::maximum and at::minimum
// halve the derivative where both sides are equal, as there.
at::Tensor TransportFillMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  const at::Tensor zero = torch::zeros(logits.sizes().slice(0, logits.dim() - 1), logits.options());
  std::vector<at::Tensor> columns_left(n, zero + 1), entries;
  const std::vector<at::Tensor> shares = logits.sigmoid().unbind(-1);
  for (std::int64_t i = 0; i + 1 < n; ++i) {
    at::Tensor row_left = zero + 1;
    for (std::int64_t j = 0; j + 1 < n; ++j) {
      at::Tensor behind = columns_left[j + 1];
      for (std::int64_t k = j + 2; k < n; ++k) behind = behind + columns_left[k];
      const auto rows_behind = static_cast<double>(n - 1 - i);
      const at::Tensor lower =
          at::maximum(at::maximum(zero, row_left - behind), columns_left[j] - rows_behind);
      const at::Tensor width = at::minimum(row_left, columns_left[j]) - lower;
      entries.push_back(lower + width * shares[i * (n - 1) + j]);
      row_left = row_left - entries.back();
      columns_left[j] = columns_left[j] - entries.back();
    }
    entries.push_back(NotNegative(row_left));
    columns_left[n - 1] = columns_left[n - 1] - entries.back();
  }
  for (const at::Tensor& left : columns_left) entries.push_back(NotNegative(left));
  return torch::stack(entries, -1).unflatten(-1, {n, n});
}

}  // namespace mhc
