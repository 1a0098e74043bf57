// The fused kernels as operations of autograd: what a site predicts and reads, and what it writes.
//
// Shapes: B batch, T tokens, N streams, C channels, V raw values of all maps.
#pragma once

#include <torch/torch.h>

#include <optional>
#include <vector>

#include "core/manifold/mixing_constraint.h"
#include "core/model/map_predictor.h"
#include "core/model/part_clock.h"
#include "core/model/remade_streams.h"

namespace mhc {

// A site as the kernels need it.
struct FusedSiteForm {
  std::int64_t streams = 0, channels = 0;
  double eps_norm = 0.0, eps_pre = 0.0;
  MapPredictor pre{nullptr}, post{nullptr}, res{nullptr};
  ConstraintChoice constraint;
  // While a blend goes on: the mixer that it leaves, and the weight of the new one.
  MapPredictor outgoing{nullptr};
  std::optional<ConstraintChoice> outgoing_constraint;
  double blend_weight = 1.0;
};

// True where the kernels do what this site does on these streams: up to eight of them, float32
// parameters, float32 or bfloat16 streams, on the CPU.
bool CanFuse(const FusedSiteForm& form, const at::Tensor& x_BTNC);

struct FusedReading {
  at::Tensor z_BTC;              // float32
  at::Tensor pre_BTN, post_BTN;  // float32, of every token also where they are static
  at::Tensor res_BTNN;           // likewise
  at::Tensor x_BTNC;             // what is to be written to: its gradient is added to in place
  at::Tensor u_BTV;              // before α and b, which a trace makes raw values of; no gradient
};

// `read_BTN` undefined: pre reads. `clock`, which may be null, is told of coefficients, constraint
// and reading, there and back. Asserts CanFuse.
FusedReading FusedMapsAndRead(const FusedSiteForm& form, const at::Tensor& x_BTNC,
                              const at::Tensor& read_BTN,
                              const std::shared_ptr<PartClock>& clock = nullptr,
                              const StreamSource& source = {});

struct FusedWriting {
  at::Tensor y_BTNC;    // H_res x + H_postᵀ f, in the type of x
  StreamSource source;  // of y
};
FusedWriting FusedWriteAndMix(const at::Tensor& x_BTNC, const at::Tensor& f_BTC,
                              const at::Tensor& post_BTN, const at::Tensor& res_BTNN,
                              const StreamSource& source = {});

}  // namespace mhc
