#include "core/model/rotation_maps.h"

#include "core/manifold/helmert_basis.h"
#include "core/manifold/skew_cayley.h"
#include "core/manifold/unit_vector.h"
#include "core/model/map_constants.h"

namespace mhc {
namespace {

at::Tensor TensorOf(const Matrix& matrix) {
  const std::vector<double> entries(matrix.data(), matrix.data() + matrix.size());
  return torch::tensor(entries, torch::kFloat64).view({matrix.rows(), matrix.cols()});
}

// Where each entry of A comes from, [M·M], in the K angles, their K negatives and one zero.
at::Tensor SkewPlaces(std::int64_t size) {
  const std::int64_t count = AngleCount(static_cast<int>(size));
  std::vector<std::int64_t> places(size * size, 2 * count);
  std::int64_t next = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t j = i + 1; j < size; ++j, ++next) {
      places[i * size + j] = next;
      places[j * size + i] = count + next;
    }
  }
  return torch::tensor(places);
}

// angles [..., K], any type -> (I + A)⁻¹(I − A) [..., M, M] in float64.
at::Tensor Rotation(const at::Tensor& angles, std::int64_t size) {
  const at::Tensor z = angles.to(torch::kFloat64).clamp(-kLargestAngle, kLargestAngle);
  std::vector<std::int64_t> zero_shape = z.sizes().vec();
  zero_shape.back() = 1;
  const at::Tensor entries = torch::cat({z, -z, torch::zeros(zero_shape, z.options())}, -1);
  const at::Tensor index = MapConstant("skew places", size, z.options().dtype(torch::kInt64),
                                       [size] { return SkewPlaces(size); });
  const at::Tensor skew = entries.index_select(-1, index).unflatten(-1, {size, size});
  const at::Tensor identity = torch::eye(size, z.options());
  // Never singular, since A is skew: nothing to check, and on a device nothing to wait for.
  const at::Tensor inverse = std::get<0>(at::linalg_inv_ex(identity + skew));
  return 2 * inverse - identity;
}

at::Tensor BlockEnergies(const at::Tensor& logits, std::int64_t n, std::int64_t block) {
  const at::Tensor squares = Rotation(logits, n * block).square();
  const at::Tensor blocks = squares.unflatten(-1, {n, block}).unflatten(-3, {n, block});
  return (blocks.sum(-1).sum(-2) / block).to(logits.scalar_type());
}

// v/‖v‖ over the last dimension, of no direction e_1, as UnitVector of core/manifold.
at::Tensor Direction(const at::Tensor& v) {
  const at::Tensor largest = v.detach().abs().amax(-1, /*keepdim=*/true);
  const at::Tensor none = largest < kNoDirection;
  const at::Tensor first = torch::eye(v.size(-1), v.options())[0];
  const at::Tensor scaled = torch::where(none, first, v / largest.masked_fill(none, 1.0));
  return scaled / scaled.norm(2, {-1}, /*keepdim=*/true);
}

// The 4×4 maps of unit quaternions e_a, e_b, [16, 16]: H is linear in p and in q.
at::Tensor QuaternionUnits() {
  const ConstraintChoice choice = *ChooseConstraint("quaternion");
  std::vector<at::Tensor> rows;
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 4; ++b) {
      std::vector<double> logits(8, 0.0);
      logits[a] = logits[4 + b] = 1.0;
      rows.push_back(TensorOf(MapLogits(choice, 4, logits)).flatten());
    }
  }
  return torch::stack(rows);
}

}  // namespace

at::Tensor CayleyMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return Rotation(logits, n).to(logits.scalar_type());
}

at::Tensor OrthostochasticMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  return BlockEnergies(logits, n, 1);
}

at::Tensor BlockOrthostochasticMap(const at::Tensor& logits, std::int64_t n,
                                   const ConstraintOptions& options) {
  return BlockEnergies(logits, n, options.Integer("s"));
}

at::Tensor HouseholderMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  const std::int64_t angles = AngleCount(static_cast<int>(n));
  const at::Tensor rotation = Rotation(logits.narrow(-1, 0, angles), n).to(logits.scalar_type());
  const at::Tensor u = Direction(logits.narrow(-1, angles, n)).unsqueeze(-1);
  const at::Tensor reflection = torch::eye(n, logits.options()) - 2 * u.matmul(u.transpose(-1, -2));
  const at::Tensor gate = logits.narrow(-1, angles + n, 1).unsqueeze(-1);
  return gate.sigmoid() * rotation + (-gate).sigmoid() * reflection;
}

at::Tensor QuaternionMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  const at::Tensor units = MapConstant("quaternion units", n, logits.options(), QuaternionUnits);
  const at::Tensor p = Direction(logits.narrow(-1, 0, n));
  const at::Tensor q = Direction(logits.narrow(-1, n, n));
  const at::Tensor products = (p.unsqueeze(-1) * q.unsqueeze(-2)).flatten(-2);
  return products.matmul(units).unflatten(-1, {n, n});
}

at::Tensor SpectralSphereMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  const std::int64_t angles = AngleCount(static_cast<int>(n - 1));
  const at::Tensor z = logits.to(torch::kFloat64);
  const at::Tensor basis = MapConstant("Helmert basis", n, z.options(),
                                       [n] { return TensorOf(HelmertBasis(static_cast<int>(n))); });
  const at::Tensor left = basis.matmul(Rotation(z.narrow(-1, 0, angles), n - 1));
  const at::Tensor right = basis.matmul(Rotation(z.narrow(-1, angles + n - 1, angles), n - 1));
  const at::Tensor sigma = z.narrow(-1, angles, n - 1).tanh().unsqueeze(-2);
  const at::Tensor differences = (left * sigma).matmul(right.transpose(-1, -2));
  return (differences + 1.0 / static_cast<double>(n)).to(logits.scalar_type());
}

// The derivative of σ₁ = uᵀ Z v is uvᵀ with u and v held, which has no tie to divide by; a
// decomposition's own backward does.
at::Tensor SpectralClipMap(const at::Tensor& logits, std::int64_t n, const ConstraintOptions&) {
  const at::Tensor matrix = logits.unflatten(-1, {n, n});
  at::Tensor unit, left, right;
  {
    torch::NoGradGuard no_grad;
    unit = matrix.abs().amax({-1, -2}, /*keepdim=*/true);
    unit = unit.masked_fill(unit == 0, 1.0);
    // A NaN stays one in the result; the decomposition must not stop the run for it.
    const auto [u, s, vh] = at::linalg_svd((matrix / unit).nan_to_num(0.0, 0.0, 0.0));
    left = u.narrow(-1, 0, 1);
    right = vh.narrow(-2, 0, 1);
  }
  const at::Tensor scaled = matrix / unit;
  const at::Tensor sigma = (left.transpose(-1, -2)).matmul(scaled).matmul(right.transpose(-1, -2));
  const at::Tensor clips = (sigma * unit > 1.0).detach();
  return torch::where(clips, scaled / torch::where(clips, sigma, torch::ones_like(sigma)), matrix);
}

}  // namespace mhc
