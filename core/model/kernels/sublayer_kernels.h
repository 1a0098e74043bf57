// The fused kernels of what stands between the products of a sublayer: RMSNorm, the rotation of
// queries and keys by their position, and SwiGLU's gate. Plain pointers and sizes in and out, no
// LibTorch, no allocation; each array is read and written once.
//
// Every array is float32, row-major and without gaps. Thread rule: as site_kernels.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/model/kernels/place.h"

namespace mhc::kernels {

// y = x / rms(x) · weight, row by row (RMSNorm, arXiv 1910.07467, Eq. 4).
struct NormForward {
  std::int64_t rows = 0, channels = 0;
  const float* x = nullptr;       // [rows, channels]
  const float* weight = nullptr;  // [channels]
  float epsilon = 0.0f;           // inside the root of the mean square
  float* y = nullptr;             // [rows, channels]
  float* scale = nullptr;         // [rows]: 1 / rms(x), for the way back
};
void Normalise(const NormForward& arrays, const Place& place);

struct NormBackward {
  std::int64_t rows = 0, channels = 0;
  const float* x = nullptr;
  const float* weight = nullptr;
  const float* scale = nullptr;
  const float* grad_y = nullptr;
  float* grad_x = nullptr;
  float* grad_weight = nullptr;
};
// `scratch` holds NormScratchFloats.
std::size_t NormScratchFloats(std::int64_t channels, int threads);
void NormaliseBackward(const NormBackward& arrays, float* scratch, const Place& place);

// Queries and keys of every head turned by their token's position, in planes of one number of the
// first half of a head and the same of the second (rotary embedding, arXiv 2104.09864, Eq. 34, in
// the half-split form), parted from the values.
struct Rotation {
  std::int64_t tokens = 0, length = 0;  // a token's position is its number modulo the length
  int heads = 0, half = 0;              // numbers of half a head
  const float* cosine = nullptr;        // [length, half]
  const float* sine = nullptr;
};
// Each [tokens, heads, 2·half].
struct Turned {
  float *q, *k, *v;
};
struct TurnedGradients {
  const float *q, *k, *v;
};
// qkv [tokens, 3, heads, 2·half] -> q, k, v.
void Rotate(const Rotation& rotation, const float* qkv, const Turned& turned, const Place& place);
// The cotangent of qkv.
void RotateBackward(const Rotation& rotation, const TurnedGradients& gradients, float* grad_qkv,
                    const Place& place);

// y = g σ(g) u of rows (g, u) (SwiGLU, arXiv 2002.05202, Eq. 6). A NaN stays one.
// gate_up [rows, 2, width] -> y [rows, width].
void GateUp(std::int64_t rows, std::int64_t width, const float* gate_up, float* y,
            const Place& place);
void GateUpBackward(std::int64_t rows, std::int64_t width, const float* gate_up,
                    const float* grad_y, float* grad_gate_up, const Place& place);

}  // namespace mhc::kernels
