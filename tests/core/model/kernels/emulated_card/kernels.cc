// The card's kernels, compiled for the emulated one.
#include "core/model/kernels/cuda/card.cu"
#include "core/model/kernels/cuda/site_kernels.cu"
