#include "core/model/mixing_map.h"

#include <array>

#include "core/model/sinkhorn_knopp.h"

namespace mhc {
namespace {

// logits [..., K] of a map with n² logits, as [..., N, N].
at::Tensor AsMatrix(const at::Tensor& logits, std::int64_t n) {
  return logits.unflatten(-1, {n, n});
}

at::Tensor Identity(const at::Tensor&, std::int64_t n, const ConstraintOptions&) {
  return torch::eye(n, torch::kFloat32);
}

at::Tensor Unconstrained(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return AsMatrix(logits, n);
}

at::Tensor RowSoftmax(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return AsMatrix(logits, n).softmax(-1);
}

at::Tensor Sinkhorn(const at::Tensor& logits, std::int64_t n, const ConstraintOptions& options) {
  return SinkhornKnopp(AsMatrix(logits, n), options);
}

struct Row {
  std::string_view name;
  at::Tensor (*map)(const at::Tensor& logits, std::int64_t n, const ConstraintOptions& options);
};

constexpr std::array kRows = {
    Row{"identity", Identity},
    Row{"unconstrained", Unconstrained},
    Row{"row_softmax", RowSoftmax},
    Row{"sinkhorn", Sinkhorn},
};

const Row* FindRow(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace

bool HasDifferentiableMap(const MixingConstraint& constraint) {
  return FindRow(constraint.name) != nullptr;
}

at::Tensor MapLogitsDifferentiably(const ConstraintChoice& choice, std::int64_t streams,
                                   const at::Tensor& logits) {
  const Row* row = FindRow(choice.constraint->name);
  TORCH_INTERNAL_ASSERT(row != nullptr, "no differentiable map of ", choice.constraint->name);
  const at::Tensor matrix = row->map(logits, streams, choice.options);
  return choice.transpose ? matrix.transpose(-1, -2) : matrix;
}

}  // namespace mhc
