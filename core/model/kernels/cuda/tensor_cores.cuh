// Products of small tiles of bfloat16 with sums in float32 (PTX ISA, mma.sync and movmatrix). Lane
// (g, q) = (lane / 4, lane % 4) of a warp holds of a 16×16 factor the pairs at rows g and g + 8,
// columns 2q and 2q + 8; of a 16×8 one those at rows 2q and 2q + 8 of column g; and of the sums
// rows g and g + 8, columns 2q and 2q + 1.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "core/model/kernels/cuda/numbers.cuh"

namespace mhc::kernels::cuda {

#ifdef __CUDACC__
// sums [16×8] += a [16×16] · b [16×8].
__device__ __forceinline__ void MultiplyTile(float (&sums)[4], std::uint32_t a0, std::uint32_t a1,
                                             std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
                                             std::uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// sums [16×8] += a [16×8] · b [8×8].
__device__ __forceinline__ void MultiplyHalfTile(float (&sums)[4], std::uint32_t a0,
                                                 std::uint32_t a1, std::uint32_t b0) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a0), "r"(a1), "r"(b0));
}

// An 8×8 tile whose lane (g, q) holds row g, columns 2q and 2q + 1, with rows and columns changed.
__device__ __forceinline__ std::uint32_t TransposeTile(std::uint32_t pair) {
  std::uint32_t turned;
  asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(turned) : "r"(pair));
  return turned;
}
#else
inline void MultiplyTile(float (&sums)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                         std::uint32_t a3, std::uint32_t b0, std::uint32_t b1) {
  EmulateProduct(sums, {a0, a1, a2, a3, b0, b1}, 16);
}
inline void MultiplyHalfTile(float (&sums)[4], std::uint32_t a0, std::uint32_t a1,
                             std::uint32_t b0) {
  EmulateProduct(sums, {a0, a1, 0, 0, b0, 0}, 8);
}
inline std::uint32_t TransposeTile(std::uint32_t pair) { return EmulateTranspose(pair); }
#endif

// A pair of floats as the sum of two pairs of bfloat16, to 2⁻¹⁷.
struct Parted {
  std::uint32_t high, low;
};
__device__ __forceinline__ Parted Part(float first, float second) {
  Parted parted;
  parted.high = PairOf(first, second);
  parted.low = PairOf(first - LowOf(parted.high), second - HighOf(parted.high));
  return parted;
}

}  // namespace mhc::kernels::cuda
