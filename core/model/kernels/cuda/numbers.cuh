// Numbers of the streams as threads take them: W at once, 16 bytes of them where rows allow it.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace mhc::kernels::cuda {

using Bits16 = std::uint16_t;

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFu;

__device__ __forceinline__ float ToFloat(float value) { return value; }
__device__ __forceinline__ float ToFloat(Bits16 value) {
  return __uint_as_float(static_cast<std::uint32_t>(value) << 16);
}
// To the nearest, ties to even.
__device__ __forceinline__ void FromFloat(float value, float& to) { to = value; }
__device__ __forceinline__ void FromFloat(float value, Bits16& to) {
  to = __bfloat16_as_ushort(__float2bfloat16_rn(value));
}
__device__ __forceinline__ std::uint32_t PairOf(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return static_cast<std::uint32_t>(__bfloat16_as_ushort(pair.x)) |
         static_cast<std::uint32_t>(__bfloat16_as_ushort(pair.y)) << 16;
}
__device__ __forceinline__ float LowOf(std::uint32_t pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float HighOf(std::uint32_t pair) {
  return __uint_as_float(pair & 0xFFFF0000u);
}

// W numbers of a row; 16 bytes are aligned where W > 1.
template <int W>
__device__ __forceinline__ void LoadRow(const Bits16* from, float (&to)[W]) {
  if constexpr (W == 8) {
    const uint4 words = *reinterpret_cast<const uint4*>(from);
    const std::uint32_t of[4] = {words.x, words.y, words.z, words.w};
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      to[2 * k] = LowOf(of[k]);
      to[2 * k + 1] = HighOf(of[k]);
    }
  } else {
    static_assert(W == 1);
    to[0] = ToFloat(*from);
  }
}
template <int W>
__device__ __forceinline__ void LoadRow(const float* from, float (&to)[W]) {
  if constexpr (W % 4 == 0) {
#pragma unroll
    for (int k = 0; k < W; k += 4) {
      const float4 four = *reinterpret_cast<const float4*>(from + k);
      to[k] = four.x;
      to[k + 1] = four.y;
      to[k + 2] = four.z;
      to[k + 3] = four.w;
    }
  } else {
    static_assert(W == 1);
    to[0] = *from;
  }
}
template <int W>
__device__ __forceinline__ void StoreRow(const float (&from)[W], Bits16* to) {
  if constexpr (W == 8) {
    uint4 words;
    words.x = PairOf(from[0], from[1]);
    words.y = PairOf(from[2], from[3]);
    words.z = PairOf(from[4], from[5]);
    words.w = PairOf(from[6], from[7]);
    *reinterpret_cast<uint4*>(to) = words;
  } else {
    FromFloat(from[0], *to);
  }
}
template <int W>
__device__ __forceinline__ void StoreRow(const float (&from)[W], float* to) {
  if constexpr (W % 4 == 0) {
#pragma unroll
    for (int k = 0; k < W; k += 4) {
      *reinterpret_cast<float4*>(to + k) =
          make_float4(from[k], from[k + 1], from[k + 2], from[k + 3]);
    }
  } else {
    *to = from[0];
  }
}

// Σ over the lanes of a warp, in all of them.
__device__ __forceinline__ float SumOfWarp(float value) {
#pragma unroll
  for (int step = kWarp / 2; step > 0; step /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, step);
  }
  return value;
}

// The widest loads that rows of C numbers allow: whole 16 bytes of either type.
template <class T>
constexpr int kWide = sizeof(T) == 2 ? 8 : 4;

constexpr std::int64_t DivideUp(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace mhc::kernels::cuda
