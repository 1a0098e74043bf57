// What is said of the logits of a map, before the map. Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

namespace mhc {

// ln(1/ν) = max z − min z, ν the ratio of the least exp(z) to the largest (mHC-lite, arXiv
// 2601.05732). Ideal: small; Sinkhorn's truncation error grows with it. 0 where there are no
// logits, NaN where one is NaN.
double RelativeRange(std::span<const double> logits);

// Beyond this range, a ratio of 10¹³, mHC-lite counts the logits of a map as out of Sinkhorn's
// reach.
inline constexpr double kWideRange = 30.0;
// The share of relative ranges above kWideRange: 0 (ideal) … 1; NaN where there are none or one is
// NaN.
double WideShare(std::span<const double> relative_ranges);

// Π_t (1 − η_t λ): what decoupled weight decay λ alone leaves of a parameter after steps of the
// learning rates η_t (Loshchilov and Hutter, arXiv 1711.05101). 1: no decay.
double DecayFactor(std::span<const double> learning_rates, double weight_decay);
// z_T = z_0 Π_t (1 − η_t λ): where the logits would be if the loss had not moved them. What the
// trained logits differ from this is what the data did; where they do not, the spectrum of H_res is
// an artefact of the decay, which draws Sinkhorn maps to J.
std::vector<double> DecayedLogits(std::span<const double> logits,
                                  std::span<const double> learning_rates, double weight_decay);

}  // namespace mhc
