// Where the kernels run on this machine.
#pragma once

#include "core/model/kernels/place.h"

namespace mhc {

// As many of LibTorch's OpenMP threads as LibTorch has been given, from the thread that asks.
kernels::Place ThisPlace();

}  // namespace mhc
