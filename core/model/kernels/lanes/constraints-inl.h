// Every constraint with a token in each lane: logits [K][kTile] -> H_res [N·N][kTile], and back.
// The maps are those of core/manifold/constraints; what float32 does not reach is asked of the
// oracle.
#if defined(MHC_KERNELS_CONSTRAINTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_CONSTRAINTS_INL_H
#undef MHC_KERNELS_CONSTRAINTS_INL_H
#else
#define MHC_KERNELS_CONSTRAINTS_INL_H
#endif

#include <cmath>
#include <utility>

#include "core/model/kernels/lanes/mixtures-inl.h"
#include "core/model/kernels/lanes/rotations-inl.h"
#include "core/model/kernels/lanes/sinkhorn-inl.h"
#include "core/model/kernels/lanes/spectra-inl.h"
#include "core/model/kernels/lanes/transport-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Up to here no iterate of Sinkhorn has an entry below the smallest ordinary float32.
constexpr float kLargestSinkhornSpread = 41.0f;

HWY_NOINLINE void MapSinkhornOf(const Constraint& constraint, int n, const float* logits,
                                float* res, float* scratch){
    MHC_OF_STREAMS(n, MapSinkhorn, constraint, logits, res, scratch)} HWY_NOINLINE
    void PullSinkhornOf(const Constraint& constraint, int n, const float* logits,
                        const float* grad_res, float* grad_logits, float* scratch){
        MHC_OF_STREAMS(n, PullSinkhorn, constraint, logits, grad_res, grad_logits, scratch)}

// res = factor · logits + diagonal on the diagonal.
HWY_NOINLINE void MapAffine(int n, const float* logits, float factor, float diagonal, float* res) {
  for (int k = 0; k < n * n; ++k) {
    const V shift = hn::Set(d, k % (n + 1) == 0 ? diagonal : 0.0f);
    for (int lane = 0; lane < kTile; lane += kLanes) {
      const V z = hn::Load(d, logits + k * kTile + lane);
      hn::Store(hn::MulAdd(hn::Set(d, factor), z, shift), d, res + k * kTile + lane);
    }
  }
}

HWY_NOINLINE void MapIdentity(int n, float* res) {
  std::memset(res, 0, sizeof(float) * static_cast<std::size_t>(n * n * kTile));
  for (int i = 0; i < n; ++i) {
    for (int t = 0; t < kTile; ++t) res[i * (n + 1) * kTile + t] = 1.0f;
  }
}

// H = I + σ(a) (S − I), where a is the first logit.
HWY_NOINLINE void MapIdentityMix(const Constraint& constraint, int n, const float* logits,
                                 float* res, float* scratch) {
  MapSinkhornOf(constraint, n, logits + kTile, res, scratch);
  for (int lane = 0; lane < kTile; lane += kLanes) {
    const V a = hn::Load(d, logits + lane);
    const V gate = Sigmoid(a), rest = Sigmoid(hn::Neg(a));
    for (int k = 0; k < n * n; ++k) {
      float* entry = res + k * kTile + lane;
      const V s = hn::Mul(gate, hn::Load(d, entry));
      hn::Store(k % (n + 1) == 0 ? hn::Add(s, rest) : s, d, entry);
    }
  }
}
HWY_NOINLINE void PullIdentityMix(const Constraint& constraint, int n, const float* logits,
                                  const float* grad_res, float* grad_logits, float* scratch) {
  float* inner = scratch;  // S, then the cotangent of S
  float* states = scratch + n * n * kTile;
  MapSinkhornOf(constraint, n, logits + kTile, inner, states);
  for (int lane = 0; lane < kTile; lane += kLanes) {
    const V a = hn::Load(d, logits + lane);
    const V gate = Sigmoid(a), rest = Sigmoid(hn::Neg(a));
    V sum = hn::Zero(d);
    for (int k = 0; k < n * n; ++k) {
      const V g = hn::Load(d, grad_res + k * kTile + lane);
      V s = hn::Load(d, inner + k * kTile + lane);
      if (k % (n + 1) == 0) s = hn::Sub(s, hn::Set(d, 1.0f));
      sum = hn::MulAdd(g, s, sum);
      hn::Store(hn::Mul(gate, g), d, inner + k * kTile + lane);
    }
    hn::Store(hn::Mul(sum, hn::Mul(gate, rest)), d, grad_logits + lane);
  }
  PullSinkhornOf(constraint, n, logits + kTile, inner, grad_logits + kTile, states);
}

// H_ij = c_{(i−j) mod n}, c = (1 − share) e_0 + share · softmax.
HWY_NOINLINE void MapCirculant(const Constraint& constraint, int n, const float* logits,
                               float* res) {
  HWY_ALIGN float c[kMostStreams * kTile];
  SoftmaxOf(logits, n, c);
  for (int k = 0; k < n; ++k) {
    const V kept = hn::Set(d, k == 0 ? 1.0f - constraint.scale : 0.0f);
    for (int lane = 0; lane < kTile; lane += kLanes) {
      float* share = c + k * kTile + lane;
      hn::Store(hn::MulAdd(hn::Set(d, constraint.scale), hn::Load(d, share), kept), d, share);
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      std::memcpy(res + (i * n + j) * kTile, c + (i - j + n) % n * kTile, sizeof(float) * kTile);
    }
  }
}
HWY_NOINLINE void PullCirculant(const Constraint& constraint, int n, const float* logits,
                                const float* grad_res, float* grad_logits) {
  HWY_ALIGN float c[kMostStreams * kTile];
  HWY_ALIGN float sums[kMostStreams * kTile] = {};
  SoftmaxOf(logits, n, c);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      for (int t = 0; t < kTile; ++t) {
        sums[(i - j + n) % n * kTile + t] += constraint.scale * grad_res[(i * n + j) * kTile + t];
      }
    }
  }
  PullSoftmax(c, sums, n, grad_logits);
}

HWY_NOINLINE void TransposeEntries(int n, float* matrices) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) {
      float *a = matrices + (i * n + j) * kTile, *b = matrices + (j * n + i) * kTile;
      for (int t = 0; t < kTile; ++t) std::swap(a[t], b[t]);
    }
  }
}

// True of tokens whose map the lanes do not reach. A NaN is left to the lanes, which keep it.
HWY_INLINE bool IsBeyondSinkhorn(const Constraint& constraint, int n, const float* first) {
  if (constraint.iterations == 0) return true;
  float low = *first, high = *first;
  for (int k = 1; k < n * n; ++k) {
    low = first[k * kTile] < low ? first[k * kTile] : low;
    high = first[k * kTile] > high ? first[k * kTile] : high;
  }
  return high - low > kLargestSinkhornSpread;
}
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

// The states of Sinkhorn are those of at least one iteration.
HWY_INLINE bool HasNoIteration(const Constraint& constraint) {
  const bool iterates =
      constraint.family == Family::kSinkhorn || constraint.family == Family::kIdentityMix;
  return iterates && constraint.iterations == 0;
}

HWY_INLINE void MapInLanes(const Constraint& constraint, int n, const float* logits, float* res,
                           float* scratch) {
  if (HasNoIteration(constraint)) return;
  double* const doubles = reinterpret_cast<double*>(scratch);
  switch (constraint.family) {
    case Family::kIdentity:
      return MapIdentity(n, res);
    case Family::kUnconstrained:
      return MapAffine(n, logits, 1.0f, 0.0f, res);
    case Family::kHarmonized:
      return MapAffine(n, logits, constraint.scale, 1.0f, res);
    case Family::kRowSoftmax:
      for (int i = 0; i < n; ++i) SoftmaxOf(logits + i * n * kTile, n, res + i * n * kTile);
      return;
    case Family::kSinkhorn:
      return MapSinkhornOf(constraint, n, logits, res, scratch);
    case Family::kIdentityMix:
      return MapIdentityMix(constraint, n, logits, res, scratch);
    case Family::kCirculant:
      return MapCirculant(constraint, n, logits, res);
    case Family::kPermutationMix:
      return MapPermutationMix(n, logits, res);
    case Family::kKronecker:
      return MapKronecker(n, logits, res);
    case Family::kTransportFill:
      return MapTransportFill(n, logits, res, doubles);
    case Family::kQuaternion:
      return MapQuaternion(logits, res);
    case Family::kCayley:
      return MapCayley(n, logits, res, doubles);
    case Family::kBlockEnergies:
      return MapBlockEnergies(n, constraint.block, logits, res, doubles);
    case Family::kHouseholder:
      return MapHouseholder(n, logits, res, doubles);
    case Family::kSpectralSphere:
      return MapSpectralSphere(n, logits, res, doubles);
    case Family::kSpectralClip:
      return MapSpectralClip(n, logits, res, doubles);
    default:
      return;
  }
}

HWY_INLINE void PullInLanes(const Constraint& constraint, int n, const float* logits,
                            const float* grad_res, float* grad_logits, float* scratch) {
  if (HasNoIteration(constraint)) return;
  double* const doubles = reinterpret_cast<double*>(scratch);
  switch (constraint.family) {
    case Family::kUnconstrained:
      return MapAffine(n, grad_res, 1.0f, 0.0f, grad_logits);
    case Family::kHarmonized:
      return MapAffine(n, grad_res, constraint.scale, 0.0f, grad_logits);
    case Family::kRowSoftmax:
      for (int i = 0; i < n; ++i) {
        const int row = i * n * kTile;
        SoftmaxOf(logits + row, n, scratch);
        PullSoftmax(scratch, grad_res + row, n, grad_logits + row);
      }
      return;
    case Family::kSinkhorn:
      return PullSinkhornOf(constraint, n, logits, grad_res, grad_logits, scratch);
    case Family::kIdentityMix:
      return PullIdentityMix(constraint, n, logits, grad_res, grad_logits, scratch);
    case Family::kCirculant:
      return PullCirculant(constraint, n, logits, grad_res, grad_logits);
    case Family::kPermutationMix:
      return PullPermutationMix(n, logits, grad_res, grad_logits);
    case Family::kKronecker:
      return PullKronecker(n, logits, grad_res, grad_logits);
    case Family::kTransportFill:
      return PullTransportFill(n, logits, grad_res, grad_logits, doubles);
    case Family::kQuaternion:
      return PullQuaternion(logits, grad_res, grad_logits);
    case Family::kCayley:
      return PullCayley(n, logits, grad_res, grad_logits, doubles);
    case Family::kBlockEnergies:
      return PullBlockEnergies(n, constraint.block, logits, grad_res, grad_logits, doubles);
    case Family::kHouseholder:
      return PullHouseholder(n, logits, grad_res, grad_logits, doubles);
    case Family::kSpectralSphere:
      return PullSpectralSphere(n, logits, grad_res, grad_logits, doubles);
    case Family::kSpectralClip:
      return PullSpectralClip(n, logits, grad_res, grad_logits, doubles);
    default:
      return;
  }
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

#endif  // MHC_KERNELS_CONSTRAINTS_INL_H
