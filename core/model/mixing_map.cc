#include "core/model/mixing_map.h"

#include <array>

#include "core/manifold/constraints/harmonized.h"
#include "core/model/rotation_maps.h"
#include "core/model/sinkhorn_knopp.h"
#include "core/model/stochastic_maps.h"

namespace mhc {
namespace {

// logits [..., K] of a map with n² logits, as [..., N, N].
at::Tensor AsMatrix(const at::Tensor& logits, std::int64_t n) {
  return logits.unflatten(-1, {n, n});
}

at::Tensor Identity(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return torch::eye(n, logits.options());
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

at::Tensor IdentityMix(const at::Tensor& logits, std::int64_t n, const ConstraintOptions& options) {
  const at::Tensor gate = logits.narrow(-1, 0, 1).unsqueeze(-1);
  const at::Tensor inner = SinkhornKnopp(AsMatrix(logits.narrow(-1, 1, n * n), n), options);
  return gate.sigmoid() * inner + (-gate).sigmoid() * torch::eye(n, logits.options());
}

at::Tensor Harmonized(const at::Tensor& logits, std::int64_t n, const ConstraintOptions& options) {
  const double step = options.Number("scale") * kHarmonizedStep;
  return torch::eye(n, logits.options()) + step * AsMatrix(logits, n);
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
    Row{"permutation_mix", PermutationMixMap},
    Row{"kronecker", KroneckerMap},
    Row{"transport_fill", TransportFillMap},
    Row{"orthostochastic", OrthostochasticMap},
    Row{"block_orthostochastic", BlockOrthostochasticMap},
    Row{"circulant", CirculantMap},
    Row{"cayley", CayleyMap},
    Row{"householder", HouseholderMap},
    Row{"quaternion", QuaternionMap},
    Row{"spectral_sphere", SpectralSphereMap},
    Row{"identity_mix", IdentityMix},
    Row{"harmonized", Harmonized},
    Row{"spectral_clip", SpectralClipMap},
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
  // Of one stream most maps have nothing to choose.
  if (LogitCount(choice, static_cast<int>(streams)) == 0) {
    return torch::eye(streams, logits.defined() ? logits.options() : at::TensorOptions());
  }
  const at::Tensor matrix = row->map(logits, streams, choice.options);
  return choice.transpose ? matrix.transpose(-1, -2) : matrix;
}

}  // namespace mhc
