// Vectors, loads and sums that the kernels share. Compiled once for each instruction set: included
// by a file that foreach_target.h includes again and again.
#if defined(MHC_KERNELS_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_LANES_INL_H
#undef MHC_KERNELS_LANES_INL_H
#else
#define MHC_KERNELS_LANES_INL_H
#endif

#ifdef MHC_ON_A_CARD
#include "core/model/kernels/lanes/thread_lanes.h"
#else

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "core/model/kernels/lanes/tile_arrays.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kTile>;
using V = hn::Vec<D>;
constexpr D d{};
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

// Registers for accumulators, beside those for what is multiplied.
constexpr int kAccumulators = HWY_TARGET <= HWY_AVX3 ? 24 : 12;

// Of loops over vectors that are to stay in registers: where one is left a loop, its array is put
// into memory.
#if defined(MHC_PLAIN_KERNELS)
#define MHC_UNROLL
#elif HWY_COMPILER_CLANG
#define MHC_UNROLL _Pragma("unroll")
#else
#define MHC_UNROLL _Pragma("GCC unroll 32")
#endif

// Tables that lanes look up.
#define MHC_TABLE constexpr

// Calls f<N, …> for the number of streams.
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

// Numbers of a stream, as float32.
HWY_INLINE V LoadStream(const float* from) { return hn::LoadU(d, from); }
HWY_INLINE void StoreStream(V value, float* to) { hn::StoreU(value, d, to); }

// bfloat16 is the upper half of a float32.
using Bits16 = std::uint16_t;
HWY_INLINE V LoadStream(const Bits16* from) {
  const hn::Rebind<std::uint16_t, D> d16;
  const hn::RebindToUnsigned<D> d32;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, hn::LoadU(d16, from))));
}
// One of them in double.
HWY_INLINE double Wide(float value) { return static_cast<double>(value); }
HWY_INLINE double Wide(Bits16 value) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16));
}

// To the nearest, ties to even; a NaN stays one.
HWY_INLINE void StoreStream(V value, Bits16* to) {
  const hn::Rebind<std::uint16_t, D> d16;
  const hn::RebindToUnsigned<D> d32;
  const hn::RebindToSigned<D> di32;
  const auto bits = hn::BitCast(d32, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d32, 1u));
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(d32, 0x7FFFu))));
  const auto quiet = hn::Or(hn::ShiftRight<16>(bits), hn::Set(d32, 0x40u));
  const auto half = hn::IfThenElse(hn::RebindMask(d32, hn::IsNaN(value)), quiet, rounded);
  hn::StoreU(hn::DemoteTo(d16, hn::BitCast(di32, half)), d16, to);
}

// What is wanted after a few thousand other operations, which need the first cache for themselves.
HWY_INLINE void FetchToSecondCache(const void* from) {
  __builtin_prefetch(from, /*rw=*/0, /*locality=*/2);
}

// The last numbers of a row, fewer than a vector has lanes; zeros in the other lanes.
template <class T>
HWY_INLINE V LoadTail(const T* from, std::int64_t count) {
  HWY_ALIGN T part[kTile] = {};
  std::memcpy(part, from, static_cast<std::size_t>(count) * sizeof(T));
  return LoadStream(part);
}
template <class T>
HWY_INLINE void StoreTail(V value, T* to, std::int64_t count) {
  HWY_ALIGN T part[kTile];
  StoreStream(value, part);
  std::memcpy(to, part, static_cast<std::size_t>(count) * sizeof(T));
}

// A vector of a row, or what is left of it.
template <class T>
HWY_INLINE V LoadPart(const T* from, std::int64_t left) {
  return left >= kLanes ? LoadStream(from) : LoadTail(from, left);
}
template <class T>
HWY_INLINE void StorePart(V value, T* to, std::int64_t left) {
  if (left >= kLanes) {
    StoreStream(value, to);
  } else {
    StoreTail(value, to, left);
  }
}

#if HWY_TARGET != HWY_SCALAR
HWY_INLINE hn::Vec<hn::CappedTag<float, 4>> FoldToFour(hn::Vec<hn::CappedTag<float, 4>> v) {
  return v;
}
#if HWY_MAX_BYTES >= 32
HWY_INLINE hn::Vec<hn::CappedTag<float, 4>> FoldToFour(hn::Vec<hn::CappedTag<float, 8>> v) {
  const hn::CappedTag<float, 4> d4;
  return hn::Add(hn::LowerHalf(d4, v), hn::UpperHalf(d4, v));
}
#endif
#if HWY_MAX_BYTES >= 64
HWY_INLINE hn::Vec<hn::CappedTag<float, 4>> FoldToFour(hn::Vec<hn::CappedTag<float, 16>> v) {
  const hn::CappedTag<float, 8> d8;
  return FoldToFour(hn::Add(hn::LowerHalf(d8, v), hn::UpperHalf(d8, v)));
}
#endif
#endif

// out[0..3] += Σ of the lanes of each of four vectors, with a third of the shuffles that four sums
// of one vector take.
HWY_INLINE void AddSumsOfFour(V a, V b, V c, V e, float* out) {
#if HWY_TARGET == HWY_SCALAR
  out[0] += hn::GetLane(a);
  out[1] += hn::GetLane(b);
  out[2] += hn::GetLane(c);
  out[3] += hn::GetLane(e);
#else
  const hn::Repartition<double, D> pairs;
  const V ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  const V ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
  const auto first = hn::BitCast(pairs, ab), second = hn::BitCast(pairs, ce);
  const V sums = hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, first, second)),
                         hn::BitCast(d, hn::InterleaveUpper(pairs, first, second)));
  const hn::CappedTag<float, 4> four;
  hn::StoreU(hn::Add(hn::LoadU(four, out), FoldToFour(sums)), four, out);
#endif
}

HWY_INLINE float SumOf(V v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::GetLane(v);
#else
  return hn::GetLane(hn::SumOfLanes(d, v));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_ON_A_CARD

#endif  // MHC_KERNELS_LANES_INL_H
