// How a kernel is started. What is written for nvcc is compiled by a C++ compiler too, with CUDA's
// headers replaced, so that it can be tested where there is no card.
#pragma once

#include <cuda_runtime.h>

namespace mhc::kernels::cuda {

#ifdef __CUDACC__
template <class... Parameters, class... Given>
void Launch(void (*kernel)(Parameters...), dim3 grid, unsigned threads, std::size_t bytes,
            cudaStream_t stream, const Given&... given) {
  kernel<<<grid, threads, bytes, stream>>>(Parameters(given)...);
}

// What a block was given at its launch.
template <class T>
__device__ __forceinline__ T* MemoryOfBlock() {
  extern __shared__ float4 memory_of_block[];
  return reinterpret_cast<T*>(memory_of_block);
}
#else
template <class... Parameters, class... Given>
void Launch(void (*kernel)(Parameters...), dim3 grid, unsigned threads, std::size_t bytes,
            cudaStream_t, const Given&... given) {
  RunBlocks(grid, threads, bytes, [&] { kernel(Parameters(given)...); });
}
template <class T>
T* MemoryOfBlock() {
  return static_cast<T*>(BlockMemory());
}
#endif

}  // namespace mhc::kernels::cuda
