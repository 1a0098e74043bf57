// A thread of a card as a lane: stands in for Highway where nvcc compiles what is written for
// vectors. One token, one number, one register; a mask is a bool.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/model/kernels/lanes/tile_arrays.h"

#define HWY_NAMESPACE on_a_thread
#define HWY_BEFORE_NAMESPACE() static_assert(true)
#define HWY_AFTER_NAMESPACE() static_assert(true)
#define HWY_INLINE __device__ __forceinline__
#define HWY_NOINLINE __device__
#define HWY_ALIGN
#define MHC_UNROLL _Pragma("unroll")
#define MHC_TABLE static __device__ constexpr

#define MHC_OF_STREAMS(n, f, ...) \
  switch (n) {                    \
    case 1:                       \
      f<1>(__VA_ARGS__);          \
      break;                      \
    case 2:                       \
      f<2>(__VA_ARGS__);          \
      break;                      \
    case 3:                       \
      f<3>(__VA_ARGS__);          \
      break;                      \
    case 4:                       \
      f<4>(__VA_ARGS__);          \
      break;                      \
    case 5:                       \
      f<5>(__VA_ARGS__);          \
      break;                      \
    case 6:                       \
      f<6>(__VA_ARGS__);          \
      break;                      \
    case 7:                       \
      f<7>(__VA_ARGS__);          \
      break;                      \
    default:                      \
      f<8>(__VA_ARGS__);          \
      break;                      \
  }

namespace mhc::kernels::on_a_thread {

struct FloatTag {};
struct DoubleTag {};

namespace hn {

template <class Tag>
using Mask = bool;
template <class T, class Tag>
struct Rebind {};

template <class Tag, class T>
__device__ __forceinline__ T Load(Tag, const T* from) {
  return *from;
}
template <class Tag, class T>
__device__ __forceinline__ void Store(T value, Tag, T* to) {
  *to = value;
}
__device__ __forceinline__ float Set(FloatTag, float value) { return value; }
__device__ __forceinline__ double Set(DoubleTag, double value) { return value; }
__device__ __forceinline__ float Zero(FloatTag) { return 0.0f; }
__device__ __forceinline__ double Zero(DoubleTag) { return 0.0; }

template <class T>
__device__ __forceinline__ T Add(T a, T b) {
  return a + b;
}
template <class T>
__device__ __forceinline__ T Sub(T a, T b) {
  return a - b;
}
template <class T>
__device__ __forceinline__ T Mul(T a, T b) {
  return a * b;
}
template <class T>
__device__ __forceinline__ T Div(T a, T b) {
  return a / b;
}
template <class T>
__device__ __forceinline__ T Neg(T a) {
  return -a;
}
template <class T>
__device__ __forceinline__ T MulAdd(T a, T b, T c) {
  return fma(a, b, c);
}
template <class T>
__device__ __forceinline__ T MulSub(T a, T b, T c) {
  return fma(a, b, -c);
}
template <class T>
__device__ __forceinline__ T NegMulAdd(T a, T b, T c) {
  return fma(-a, b, c);
}
template <class T>
__device__ __forceinline__ T Abs(T a) {
  return fabs(a);
}
template <class T>
__device__ __forceinline__ T Sqrt(T a) {
  return sqrt(a);
}
// As Highway's of x86: of a NaN the second.
template <class T>
__device__ __forceinline__ T Max(T a, T b) {
  return a > b ? a : b;
}
__device__ __forceinline__ float Exp(FloatTag, float x) { return expf(x); }
__device__ __forceinline__ double Exp(DoubleTag, double x) { return exp(x); }
__device__ __forceinline__ float Tanh(FloatTag, float x) { return tanhf(x); }

template <class T>
__device__ __forceinline__ bool Lt(T a, T b) {
  return a < b;
}
template <class T>
__device__ __forceinline__ bool Le(T a, T b) {
  return a <= b;
}
template <class T>
__device__ __forceinline__ bool Gt(T a, T b) {
  return a > b;
}
template <class T>
__device__ __forceinline__ bool Eq(T a, T b) {
  return a == b;
}
template <class T>
__device__ __forceinline__ bool IsNaN(T a) {
  return a != a;
}
__device__ __forceinline__ bool And(bool a, bool b) { return a && b; }
__device__ __forceinline__ bool Or(bool a, bool b) { return a || b; }
template <class Tag>
__device__ __forceinline__ bool AllTrue(Tag, bool a) {
  return a;
}
template <class T>
__device__ __forceinline__ T IfThenElse(bool is, T a, T b) {
  return is ? a : b;
}
template <class T>
__device__ __forceinline__ T IfThenElseZero(bool is, T a) {
  return is ? a : T(0);
}
template <class T>
__device__ __forceinline__ T IfThenZeroElse(bool is, T a) {
  return is ? T(0) : a;
}
__device__ __forceinline__ double PromoteTo(DoubleTag, float a) { return static_cast<double>(a); }
__device__ __forceinline__ float DemoteTo(Rebind<float, DoubleTag>, double a) {
  return static_cast<float>(a);
}

}  // namespace hn

using D = FloatTag;
using V = float;
using Doubles = double;
static __device__ constexpr D d{};
static __device__ constexpr DoubleTag dd{};
constexpr int kLanes = 1, kDoubleLanes = 1;

__device__ __forceinline__ float SumOf(V v) { return v; }

}  // namespace mhc::kernels::on_a_thread
