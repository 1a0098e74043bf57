#include "core/model/kernel_place.h"

#include <ATen/Parallel.h>

// Without OpenMP the loop below would run on one thread and say nothing.
#ifndef _OPENMP
#error "kernel_place.cc is to be compiled with OpenMP"
#endif

namespace mhc {
namespace {

void ShareByOpenMp(int parts, void (*body)(void* context, int part), void* context) {
#pragma omp parallel for num_threads(parts) schedule(static, 1)
  for (int part = 0; part < parts; ++part) body(context, part);
}

}  // namespace

kernels::Place ThisPlace() { return {at::get_num_threads(), ShareByOpenMp}; }

}  // namespace mhc
