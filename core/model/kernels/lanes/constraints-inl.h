// Every constraint with a token in each lane: logits [K][kTile] -> H_res [N·N][kTile], and back.
// The maps are those of core/manifold/constraints.
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
#include "core/model/kernels/lanes/spectra-inl.h"
#include "core/model/kernels/lanes/transport-inl.h"
#ifdef MHC_ON_A_CARD
#include "core/model/kernels/lanes/thread_sinkhorn.h"
#else
#include "core/model/kernels/lanes/sinkhorn-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// res = factor · logits + diagonal on the diagonal.
inline HWY_NOINLINE void MapAffine(int n, const float* logits, float factor, float diagonal,
                                   float* res) {
  for (int k = 0; k < n * n; ++k) {
    const V shift = hn::Set(d, k % (n + 1) == 0 ? diagonal : 0.0f);
    for (int lane = 0; lane < kTile; lane += kLanes) {
      const V z = hn::Load(d, logits + k * kTile + lane);
      hn::Store(hn::MulAdd(hn::Set(d, factor), z, shift), d, res + k * kTile + lane);
    }
  }
}

inline HWY_NOINLINE void MapIdentity(int n, float* res) {
  std::memset(res, 0, sizeof(float) * static_cast<std::size_t>(n * n * kTile));
  for (int i = 0; i < n; ++i) {
    for (int t = 0; t < kTile; ++t) res[i * (n + 1) * kTile + t] = 1.0f;
  }
}

// H = I + σ(a) (S − I), where a is the first logit.
inline HWY_NOINLINE void MapIdentityMix(const Constraint& constraint, int n, const float* logits,
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
inline HWY_NOINLINE void PullIdentityMix(const Constraint& constraint, int n, const float* logits,
                                         const float* grad_res, float* grad_logits,
                                         float* scratch) {
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
inline HWY_NOINLINE void MapCirculant(const Constraint& constraint, int n, const float* logits,
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
inline HWY_NOINLINE void PullCirculant(const Constraint& constraint, int n, const float* logits,
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

inline HWY_NOINLINE void TransposeEntries(int n, float* matrices) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) {
      float *a = matrices + (i * n + j) * kTile, *b = matrices + (j * n + i) * kTile;
      for (int t = 0; t < kTile; ++t) std::swap(a[t], b[t]);
    }
  }
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

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_CONSTRAINTS_INL_H
