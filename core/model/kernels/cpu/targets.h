// The instruction sets that the kernels are compiled for. Included before Highway is.
//
// Three of x86 are enough: what lies between gains nothing here, and each costs time to compile.
// Vectors of unknown size cannot stand in arrays.
#pragma once

#ifdef MHC_PLAIN_KERNELS
#define MHC_LEFT_OUT HWY_AVX3
#else
#define MHC_LEFT_OUT 0
#endif
#define HWY_DISABLED_TARGETS                                                              \
  (MHC_LEFT_OUT | HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | \
   HWY_SVE2_128 | HWY_RVV)
