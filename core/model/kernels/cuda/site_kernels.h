// The kernels of site_kernels.h on a card: what those functions call where their place is one.
#pragma once

#include "core/model/kernels/site_kernels.h"

namespace mhc::kernels::cuda {

std::size_t ScratchFloats(const Site& site, std::int64_t tokens);
void MapsAndRead(const Site& site, const MapsForward& arrays, float* scratch, void* stream);
void MapsAndReadBackward(const Site& site, const MapsBackward& arrays, float* scratch,
                         void* stream);
void WriteAndMix(const MixForward& arrays, void* stream);
void WriteAndMixBackward(const MixBackward& arrays, void* stream);

}  // namespace mhc::kernels::cuda
