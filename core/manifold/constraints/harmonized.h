// C15, Harmonized HC: H = I + s·0.05·Z with Z the logits.
//
// The scale s is no logit: in training it is state that follows the measured gain g of the
// composite, s ← clip(s·(target/g)^exponent, s_min, 1) (core/train). No single map keeps anything.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint HarmonizedConstraint();

// The factor of Z in H, before the scale.
inline constexpr double kHarmonizedStep = 0.05;

// True where the option `scale` is state that follows the composite's gain in training.
bool FollowsGain(const ConstraintChoice& choice);

// One update of the control loop. `mean_gain` is the moving average of the composite's gain, NaN
// before the first; `gain` is this step's, max_i Σ_j |P_ij|, and NaN, which overflow makes, counts
// as the largest.
struct HarmonizedUpdate {
  double mean_gain = 0.0;
  double scale = 0.0;
};
HarmonizedUpdate UpdateHarmonized(const ConstraintOptions& options, double mean_gain, double gain);

}  // namespace mhc
