// Exponentials and the logistic function of vectors.
#if defined(MHC_KERNELS_GATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_GATES_INL_H
#undef MHC_KERNELS_GATES_INL_H
#else
#define MHC_KERNELS_GATES_INL_H
#endif

#ifndef MHC_ON_A_CARD
#include <hwy/contrib/math/math-inl.h>
#endif

#include "core/model/kernels/lanes/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// hn::Exp makes 0 of a NaN, which is to stay one, and its integers hold neither that nor what lies
// far below the last number whose exponential is not 0.
HWY_INLINE V ExpOf(V x) {
  const auto is_nan = hn::IsNaN(x);
  const V last = hn::Set(d, -110.0f);
  const V within = hn::IfThenElse(hn::Or(is_nan, hn::Lt(x, last)), last, x);
  return hn::IfThenElse(is_nan, x, hn::Exp(d, within));
}

// Beyond ±87 float32 has no other σ, and hn::Exp no value. A NaN stays one.
HWY_INLINE V Sigmoid(V x) {
  const V one = hn::Set(d, 1.0f), most = hn::Set(d, 87.0f);
  const V minus = hn::Neg(x);
  const V clamped = hn::IfThenElse(hn::Gt(minus, most), most, minus);
  return hn::Div(one, hn::Add(one, ExpOf(clamped)));
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_GATES_INL_H
