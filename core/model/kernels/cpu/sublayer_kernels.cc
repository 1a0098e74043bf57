#include "core/model/kernels/sublayer_kernels.h"

#include <algorithm>

#include "core/model/kernels/cpu/parts.h"
#include "core/model/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/model/kernels/cpu/sublayer_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/model/kernels/cpu/sublayers-inl.h"

#if HWY_ONCE
namespace mhc::kernels {
namespace {

HWY_EXPORT(NormaliseRows);
HWY_EXPORT(PullNormRows);
HWY_EXPORT(TurnRows);
HWY_EXPORT(PullTurnedRows);
HWY_EXPORT(GateRows);
HWY_EXPORT(PullGateRows);

}  // namespace

void Normalise(const NormForward& arrays, const Place& place) {
  Share(arrays.rows, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(NormaliseRows)(arrays, begin, end);
  });
}

std::size_t NormScratchFloats(std::int64_t channels, int threads) {
  return static_cast<std::size_t>(channels * std::max(threads, 1));
}

void NormaliseBackward(const NormBackward& arrays, float* scratch, const Place& place) {
  const std::int64_t channels = arrays.channels;
  Share(arrays.rows, place, [&](int part, std::int64_t begin, std::int64_t end) {
    float* const grad_weight = scratch + part * channels;
    std::fill_n(grad_weight, channels, 0.0f);
    HWY_DYNAMIC_DISPATCH(PullNormRows)(arrays, begin, end, grad_weight);
  });
  // In the order of the parts, whichever ended first.
  std::copy_n(scratch, channels, arrays.grad_weight);
  for (int part = 1; part < Parts(arrays.rows, place.threads); ++part) {
    const float* const more = scratch + part * channels;
    for (std::int64_t k = 0; k < channels; ++k) arrays.grad_weight[k] += more[k];
  }
}

void Rotate(const Rotation& rotation, const float* qkv, const Turned& turned, const Place& place) {
  Share(rotation.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(TurnRows)(rotation, qkv, turned, begin, end);
  });
}

void RotateBackward(const Rotation& rotation, const TurnedGradients& gradients, float* grad_qkv,
                    const Place& place) {
  Share(rotation.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(PullTurnedRows)(rotation, gradients, grad_qkv, begin, end);
  });
}

void GateUp(std::int64_t rows, std::int64_t width, const float* gate_up, float* y,
            const Place& place) {
  Share(rows, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(GateRows)(width, gate_up, y, begin, end);
  });
}

void GateUpBackward(std::int64_t rows, std::int64_t width, const float* gate_up,
                    const float* grad_y, float* grad_gate_up, const Place& place) {
  Share(rows, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(PullGateRows)(width, gate_up, grad_y, grad_gate_up, begin, end);
  });
}

}  // namespace mhc::kernels
#endif  // HWY_ONCE
