// Where a kernel runs.
#pragma once

namespace mhc::kernels {

struct CardKernels;

// `share` calls body(context, part) once for each part, from 0 to parts − 1, some or all at once,
// and returns when all have returned. Null: one after the other.
//
// On a card, whose kernels `card` are (CardPlace in card.h), all pointers are the device's, a
// kernel is queued on `stream` (a cudaStream_t), and the call returns before it has run.
struct Place {
  int threads = 1;
  void (*share)(int parts, void (*body)(void* context, int part), void* context) = nullptr;
  const CardKernels* card = nullptr;
  void* stream = nullptr;
};

}  // namespace mhc::kernels
