// A card as a place of the kernels, and its memory for those that call them without LibTorch. Of a
// build without CUDA there is no card.
#pragma once

#include <cstddef>

#include "core/model/kernels/place.h"

namespace mhc::kernels {

#ifdef MHC_CUDA
// Queues on that stream of the card that is current, a cudaStream_t; null is the default one.
Place CardPlace(void* stream = nullptr);
// Of cards that answer.
int CardCount();
// Null where the card has no more.
void* AllocateOnCard(std::size_t bytes);
void FreeOnCard(void* memory);
// Both wait until all that was queued has run; false where the card or a kernel failed.
bool CopyToCard(const void* from, std::size_t bytes, void* to);
bool CopyFromCard(const void* from, std::size_t bytes, void* to);
// What the driver says of the last fault of this thread; null where all is well.
const char* CardFault();
#else
inline Place CardPlace(void* = nullptr) { return {}; }
inline int CardCount() { return 0; }
inline void* AllocateOnCard(std::size_t) { return nullptr; }
inline void FreeOnCard(void*) {}
inline bool CopyToCard(const void*, std::size_t, void*) { return false; }
inline bool CopyFromCard(const void*, std::size_t, void*) { return false; }
inline const char* CardFault() { return "built without CUDA"; }
#endif

}  // namespace mhc::kernels
