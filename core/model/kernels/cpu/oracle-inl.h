// What float32 in lanes does not reach of a constraint is asked of its oracle, a token at a time.
#if defined(MHC_KERNELS_ORACLE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_ORACLE_INL_H
#undef MHC_KERNELS_ORACLE_INL_H
#else
#define MHC_KERNELS_ORACLE_INL_H
#endif

#include <cmath>

#include "core/model/kernels/lanes/constraints-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

HWY_INLINE bool HasLargeAngle(int logits, const float* first) {
  bool has = false;
  for (int k = 0; k < logits; ++k) has |= std::abs(first[k * kTile]) > kLargestAngle;
  return has;
}
HWY_INLINE bool IsBeyond(const Constraint& constraint, int n, const float* logits, int token) {
  switch (constraint.family) {
    case Family::kOracle:
      return true;
    case Family::kSinkhorn:
      return IsBeyondSinkhorn(constraint, n, logits + token);
    case Family::kIdentityMix:
      return IsBeyondSinkhorn(constraint, n, logits + kTile + token);
    // Of all logits, though a few are no angles: they seldom are as large.
    case Family::kBlockEnergies:
    case Family::kCayley:
    case Family::kHouseholder:
    case Family::kSpectralSphere:
      return HasLargeAngle(constraint.logits, logits + token);
    default:
      return false;
  }
}

HWY_INLINE void Gather(const float* lanes, int count, int token, float* values) {
  for (int k = 0; k < count; ++k) values[k] = lanes[k * kTile + token];
}
HWY_INLINE void Scatter(const float* values, int count, int token, float* lanes) {
  for (int k = 0; k < count; ++k) lanes[k * kTile + token] = values[k];
}

// The constraint of the first `tokens` lanes.
HWY_NOINLINE void MapConstraint(const Constraint& constraint, int n, int tokens,
                                const float* logits, float* res, float* scratch) {
  if (constraint.logits == 0) return MapIdentity(n, res);
  MapInLanes(constraint, n, logits, res, scratch);
  if (constraint.transpose) TransposeEntries(n, res);
  float *one = scratch, *matrix = scratch + constraint.logits;
  for (int t = 0; t < tokens; ++t) {
    if (!IsBeyond(constraint, n, logits, t)) continue;
    Gather(logits, constraint.logits, t, one);
    constraint.map(constraint.oracle, n, one, matrix);
    Scatter(matrix, n * n, t, res);
  }
}

// `grad_res` is changed.
HWY_NOINLINE void PullConstraint(const Constraint& constraint, int n, int tokens,
                                 const float* logits, float* grad_res, float* grad_logits,
                                 float* scratch) {
  HWY_ALIGN float matrix[kMostStreams * kMostStreams];
  if (constraint.logits == 0) return;
  if (constraint.transpose) TransposeEntries(n, grad_res);
  // Lanes without a token, and those of the oracle until it is asked.
  std::memset(grad_logits, 0, sizeof(float) * static_cast<std::size_t>(constraint.logits * kTile));
  PullInLanes(constraint, n, logits, grad_res, grad_logits, scratch);
  float *one = scratch, *grad = scratch + constraint.logits;
  for (int t = 0; t < tokens; ++t) {
    if (!IsBeyond(constraint, n, logits, t)) continue;
    Gather(logits, constraint.logits, t, one);
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        const int entry = constraint.transpose ? j * n + i : i * n + j;
        matrix[i * n + j] = grad_res[entry * kTile + t];
      }
    }
    constraint.pull(constraint.oracle, n, one, matrix, grad);
    Scatter(grad, constraint.logits, t, grad_logits);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_ORACLE_INL_H
