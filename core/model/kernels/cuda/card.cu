#include "core/model/kernels/card.h"

#include <cuda_runtime.h>

#include "core/model/kernels/cuda/site_kernels.h"

namespace mhc::kernels {

Place CardPlace(void* stream) {
  static constexpr CardKernels kernels = {cuda::ScratchFloats, cuda::MapsAndRead,
                                          cuda::MapsAndReadBackward, cuda::WriteAndMix,
                                          cuda::WriteAndMixBackward};
  return {.card = &kernels, .stream = stream};
}

int CardCount() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return count;
}

void* AllocateOnCard(std::size_t bytes) {
  void* memory = nullptr;
  return cudaMalloc(&memory, bytes) == cudaSuccess ? memory : nullptr;
}

void FreeOnCard(void* memory) { cudaFree(memory); }

bool CopyToCard(const void* from, std::size_t bytes, void* to) {
  return cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice) == cudaSuccess;
}
bool CopyFromCard(const void* from, std::size_t bytes, void* to) {
  return cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost) == cudaSuccess;
}

const char* CardFault() {
  const cudaError_t fault = cudaGetLastError();
  return fault == cudaSuccess ? nullptr : cudaGetErrorString(fault);
}

}  // namespace mhc::kernels
