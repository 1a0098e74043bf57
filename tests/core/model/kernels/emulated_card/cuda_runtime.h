// Stands in for CUDA's header of that name: a card whose threads are fibers of the thread that
// launches, so that its kernels are tested where there is none. A block runs after the other; what
// the lanes of a warp exchange waits until all of them have come to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  std::uint32_t x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

struct dim3 {
  dim3(unsigned along = 1, unsigned across = 1, unsigned deep = 1) : x(along), y(across), z(deep) {}
  unsigned x, y, z;
};

extern dim3 threadIdx, blockIdx, blockDim, gridDim;

// ---- What threads do together.
void __syncthreads();
float __shfl_xor_sync(unsigned lanes, float value, int step);

namespace mhc::kernels::cuda {

// mma.sync m16n8k16, of `depth` 8 m16n8k8: four words of a, two of b.
void EmulateProduct(float (&sums)[4], const std::array<std::uint32_t, 6>& words, int depth);
// movmatrix.
std::uint32_t EmulateTranspose(std::uint32_t pair);

void RunBlocks(dim3 grid, unsigned threads, std::size_t bytes, const std::function<void()>& body);
void* BlockMemory();

}  // namespace mhc::kernels::cuda

// ---- The host's side.
using cudaStream_t = void*;
enum cudaError_t { cudaSuccess = 0 };
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };

inline cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return ""; }
inline cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  // Not zeros: what was not written is to be seen.
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*memory, 0xFF, bytes);
  return cudaSuccess;
}
inline void cudaFree(void* memory) { std::free(memory); }
inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t) {
  std::memset(memory, value, bytes);
  return cudaSuccess;
}
template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
