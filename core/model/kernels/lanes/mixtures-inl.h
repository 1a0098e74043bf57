// Mixtures of permutations, and Kronecker products of small ones, with a token in each lane.
#if defined(MHC_KERNELS_MIXTURES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_MIXTURES_INL_H
#undef MHC_KERNELS_MIXTURES_INL_H
#else
#define MHC_KERNELS_MIXTURES_INL_H
#endif

#include "core/model/kernels/lanes/permutation_table.h"
#include "core/model/kernels/lanes/shares-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// shares [n!][kTile] -> Σ_k shares_k P_k, [n·n][kTile].
inline HWY_NOINLINE void MixPermutations(int n, const float* shares, float* matrix) {
  const PermutationTable& permutations = kPermutations[static_cast<std::size_t>(n)];
  std::memset(matrix, 0, sizeof(float) * static_cast<std::size_t>(n * n * kTile));
  for (int k = 0; k < permutations.count; ++k) {
    const auto& permutation = permutations.at[static_cast<std::size_t>(k)];
    for (int i = 0; i < n; ++i) {
      float* entry = matrix + (i * n + permutation[static_cast<std::size_t>(i)]) * kTile;
      for (int lane = 0; lane < kTile; lane += kLanes) {
        const V share = hn::Load(d, shares + k * kTile + lane);
        hn::Store(hn::Add(hn::Load(d, entry + lane), share), d, entry + lane);
      }
    }
  }
}

// The cotangent of the logits whose softmax `shares` is, for that of the matrix.
inline HWY_NOINLINE void PullPermutations(int n, const float* shares, const float* grad_matrix,
                                          float* grad_logits) {
  HWY_ALIGN float grad_shares[kMostPermutations * kTile];
  const PermutationTable& permutations = kPermutations[static_cast<std::size_t>(n)];
  for (int k = 0; k < permutations.count; ++k) {
    const auto& permutation = permutations.at[static_cast<std::size_t>(k)];
    for (int lane = 0; lane < kTile; lane += kLanes) {
      V sum = hn::Zero(d);
      for (int i = 0; i < n; ++i) {
        const int entry = i * n + permutation[static_cast<std::size_t>(i)];
        sum = hn::Add(sum, hn::Load(d, grad_matrix + entry * kTile + lane));
      }
      hn::Store(sum, d, grad_shares + k * kTile + lane);
    }
  }
  PullSoftmax(shares, grad_shares, permutations.count, grad_logits);
}

inline HWY_NOINLINE void MapPermutationMix(int n, const float* logits, float* res) {
  HWY_ALIGN float shares[kMostPermutations * kTile];
  SoftmaxOf(logits, PermutationCount(n), shares);
  MixPermutations(n, shares, res);
}
inline HWY_NOINLINE void PullPermutationMix(int n, const float* logits, const float* grad_res,
                                            float* grad_logits) {
  HWY_ALIGN float shares[kMostPermutations * kTile];
  SoftmaxOf(logits, PermutationCount(n), shares);
  PullPermutations(n, shares, grad_res, grad_logits);
}

// The shares of a Kronecker product's factors, and their matrices.
struct KroneckerParts {
  HWY_ALIGN float shares[(2 + 6) * kTile];
  HWY_ALIGN float matrices[(4 + 9) * kTile];
};
inline HWY_NOINLINE void MakeFactors(const KroneckerTable& factors, const float* logits,
                                     KroneckerParts& parts) {
  for (int f = 0; f < factors.count; ++f) {
    const KroneckerFactor& factor = factors.at[static_cast<std::size_t>(f)];
    float* shares = parts.shares + factor.logit * kTile;
    SoftmaxOf(logits + factor.logit * kTile, PermutationCount(factor.size), shares);
    MixPermutations(factor.size, shares, parts.matrices + factor.entry * kTile);
  }
}

// What the factors but one (−1: all) have in entry k of the product, multiplied.
HWY_INLINE V ProductAt(const KroneckerTable& factors, const float* matrices, int k, int without) {
  V product = hn::Set(d, 1.0f);
  for (int f = 0; f < factors.count; ++f) {
    if (f == without) continue;
    const int entry = factors.at[static_cast<std::size_t>(f)].entry_of[static_cast<std::size_t>(k)];
    product = hn::Mul(product, hn::Load(d, matrices + entry * kTile));
  }
  return product;
}

inline HWY_NOINLINE void MapKronecker(int n, const float* logits, float* res) {
  const KroneckerTable& factors = kKronecker[static_cast<std::size_t>(n)];
  KroneckerParts parts;
  MakeFactors(factors, logits, parts);
  for (int k = 0; k < n * n; ++k) {
    for (int lane = 0; lane < kTile; lane += kLanes) {
      hn::Store(ProductAt(factors, parts.matrices + lane, k, -1), d, res + k * kTile + lane);
    }
  }
}

inline HWY_NOINLINE void PullKronecker(int n, const float* logits, const float* grad_res,
                                       float* grad_logits) {
  HWY_ALIGN float grads[(4 + 9) * kTile] = {};  // of the factors' matrices
  const KroneckerTable& factors = kKronecker[static_cast<std::size_t>(n)];
  KroneckerParts parts;
  MakeFactors(factors, logits, parts);
  for (int f = 0; f < factors.count; ++f) {
    const KroneckerFactor& factor = factors.at[static_cast<std::size_t>(f)];
    for (int k = 0; k < n * n; ++k) {
      float* grad = grads + factor.entry_of[static_cast<std::size_t>(k)] * kTile;
      for (int lane = 0; lane < kTile; lane += kLanes) {
        const V others = ProductAt(factors, parts.matrices + lane, k, f);
        const V g = hn::Load(d, grad_res + k * kTile + lane);
        hn::Store(hn::MulAdd(g, others, hn::Load(d, grad + lane)), d, grad + lane);
      }
    }
    PullPermutations(factor.size, parts.shares + factor.logit * kTile, grads + factor.entry * kTile,
                     grad_logits + factor.logit * kTile);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_MIXTURES_INL_H
