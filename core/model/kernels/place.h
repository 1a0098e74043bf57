// Where a kernel runs.
#pragma once

namespace mhc::kernels {

// `share` calls body(context, part) once for each part, from 0 to parts − 1, some or all at once,
// and returns when all have returned. Null: one after the other.
struct Place {
  int threads = 1;
  void (*share)(int parts, void (*body)(void* context, int part), void* context) = nullptr;
};

}  // namespace mhc::kernels
