// Gates and shares with a token in each lane: the logistic function and the softmax, and back.
#if defined(MHC_KERNELS_SHARES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_SHARES_INL_H
#undef MHC_KERNELS_SHARES_INL_H
#else
#define MHC_KERNELS_SHARES_INL_H
#endif

#include "core/model/kernels/lanes/gates-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Over `count` values that lie kTile apart; result and logits may be the same.
inline HWY_NOINLINE void SoftmaxOf(const float* logits, int count, float* shares) {
  for (int lane = 0; lane < kTile; lane += kLanes) {
    V largest = hn::Load(d, logits + lane), sum = hn::Zero(d);
    for (int k = 1; k < count; ++k) {
      largest = hn::Max(largest, hn::Load(d, logits + k * kTile + lane));
    }
    for (int k = 0; k < count; ++k) {
      const V e = ExpOf(hn::Sub(hn::Load(d, logits + k * kTile + lane), largest));
      hn::Store(e, d, shares + k * kTile + lane);
      sum = hn::Add(sum, e);
    }
    const V share = hn::Div(hn::Set(d, 1.0f), sum);
    for (int k = 0; k < count; ++k) {
      const V e = hn::Load(d, shares + k * kTile + lane);
      hn::Store(hn::Mul(e, share), d, shares + k * kTile + lane);
    }
  }
}

// What stands at the largest of some shares: what the others are compared with.
struct Pivot {
  V share, grad;
  HWY_INLINE void Meet(V other_share, V other_grad) {
    const auto larger = hn::Gt(other_share, share);
    share = hn::IfThenElse(larger, other_share, share);
    grad = hn::IfThenElse(larger, other_grad, grad);
  }
};

// g = y ∘ (g − Σ g∘y), from a pivot as Sinkhorn's steps.
inline HWY_NOINLINE void PullSoftmax(const float* shares, const float* grad, int count,
                                     float* grad_logits) {
  for (int lane = 0; lane < kTile; lane += kLanes) {
    Pivot pivot{hn::Load(d, shares + lane), hn::Load(d, grad + lane)};
    for (int k = 1; k < count; ++k) {
      pivot.Meet(hn::Load(d, shares + k * kTile + lane), hn::Load(d, grad + k * kTile + lane));
    }
    V mean = hn::Zero(d);
    for (int k = 0; k < count; ++k) {
      const V g = hn::Sub(hn::Load(d, grad + k * kTile + lane), pivot.grad);
      mean = hn::MulAdd(g, hn::Load(d, shares + k * kTile + lane), mean);
    }
    for (int k = 0; k < count; ++k) {
      const V g = hn::Sub(hn::Load(d, grad + k * kTile + lane), pivot.grad);
      hn::Store(hn::Mul(hn::Load(d, shares + k * kTile + lane), hn::Sub(g, mean)), d,
                grad_logits + k * kTile + lane);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_SHARES_INL_H
