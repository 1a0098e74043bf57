// C15, Harmonized HC: H = I + s·0.05·Z with Z the logits.
//
// The scale s is no logit: in training it is state that follows the measured gain g of the
// composite, s ← clip(s·(target/g)^exponent, s_min, 1) (core/train). No single map keeps anything.
//
// Two bounds keep the loop from a state that it could not leave. The scale does not fall below
// 1e-6, where H is I to float32's rounding: a product never leaves 0. And a gain counts as 1e6
// times the target at most: the moving average would carry an overflow for thousands of steps.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint HarmonizedConstraint();

// The factor of Z in H, before the scale.
inline constexpr double kHarmonizedStep = 0.05;
inline constexpr double kHarmonizedStart = 1.0;  // the largest scale, and where a run starts

// True where the option `scale` is state that follows the composite's gain in training.
bool FollowsGain(const ConstraintChoice& choice);

// One update of the control loop. `mean_gain` is the moving average of the composite's gain, NaN
// before the first; `gain` is this step's, max_i Σ_j |P_ij|; one that is not finite, which overflow
// makes, counts as the largest.
struct HarmonizedUpdate {
  double mean_gain = 0.0;
  double scale = 0.0;
};
HarmonizedUpdate UpdateHarmonized(const ConstraintOptions& options, double mean_gain, double gain);

}  // namespace mhc
