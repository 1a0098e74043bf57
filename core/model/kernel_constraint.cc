#include "core/model/kernel_constraint.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/manifold/constraints/circulant.h"
#include "core/manifold/constraints/harmonized.h"

namespace mhc {
namespace {

using kernels::Family;

struct Named {
  std::string_view name;
  Family family;
};
constexpr std::array kFamilies = {
    Named{"identity", Family::kIdentity},
    Named{"unconstrained", Family::kUnconstrained},
    Named{"row_softmax", Family::kRowSoftmax},
    Named{"sinkhorn", Family::kSinkhorn},
    Named{"circulant", Family::kCirculant},
    Named{"identity_mix", Family::kIdentityMix},
    Named{"harmonized", Family::kHarmonized},
    Named{"permutation_mix", Family::kPermutationMix},
    Named{"kronecker", Family::kKronecker},
    Named{"transport_fill", Family::kTransportFill},
    Named{"quaternion", Family::kQuaternion},
    Named{"cayley", Family::kCayley},
    Named{"orthostochastic", Family::kBlockEnergies},
    Named{"block_orthostochastic", Family::kBlockEnergies},
    Named{"householder", Family::kHouseholder},
    Named{"spectral_sphere", Family::kSpectralSphere},
    Named{"spectral_clip", Family::kSpectralClip},
};

Family FamilyOf(const std::string& name) {
  for (const Named& row : kFamilies) {
    if (row.name == name) return row.family;
  }
  return Family::kOracle;
}

void MapByOracle(const void* oracle, int streams, const float* logits, float* res) {
  const auto& choice = *static_cast<const ConstraintChoice*>(oracle);
  const std::vector<double> given(logits, logits + LogitCount(choice, streams));
  const Matrix matrix = MapLogits(choice, streams, given);
  std::transform(matrix.data(), matrix.data() + matrix.size(), res,
                 [](double entry) { return static_cast<float>(entry); });
}

void PullByOracle(const void* oracle, int streams, const float* logits, const float* grad_res,
                  float* grad_logits) {
  const auto& choice = *static_cast<const ConstraintChoice*>(oracle);
  const std::vector<double> given(logits, logits + LogitCount(choice, streams));
  const Matrix grad =
      Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
          grad_res, streams, streams)
          .cast<double>();
  const std::vector<double> pulled = PullbackLogits(choice, streams, given, grad);
  std::transform(pulled.begin(), pulled.end(), grad_logits,
                 [](double value) { return static_cast<float>(value); });
}

}  // namespace

kernels::Constraint ToKernel(const ConstraintChoice& choice, int streams) {
  kernels::Constraint constraint;
  const ConstraintOptions& options = choice.options;
  constraint.family = FamilyOf(choice.constraint->name);
  constraint.logits = LogitCount(choice, streams);
  constraint.transpose = choice.transpose;
  if (options.Has("iterations")) {
    constraint.iterations = options.Integer("iterations");
    constraint.columns_first = options.Text("order") == "columns_rows";
    constraint.epsilon = static_cast<float>(options.Number("epsilon"));
  }
  if (constraint.family == Family::kHarmonized) {
    constraint.scale = static_cast<float>(options.Number("scale") * kHarmonizedStep);
  }
  if (constraint.family == Family::kCirculant) {
    constraint.scale = static_cast<float>(CirculantShare(options));
  }
  if (constraint.family == Family::kBlockEnergies) {
    if (options.Has("s")) constraint.block = static_cast<int>(options.Integer("s"));
    // The energy of all there is, is 1.
    if (streams == 1) constraint.family = Family::kIdentity;
    if (streams * constraint.block > kernels::kMostRows) constraint.family = Family::kOracle;
  }
  constraint.map = MapByOracle;
  constraint.pull = PullByOracle;
  constraint.oracle = &choice;
  return constraint;
}

}  // namespace mhc
