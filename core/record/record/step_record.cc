#include "core/record/record/step_record.h"

#include <array>
#include <cassert>

namespace mhc {
namespace {

constexpr std::array kColumns = {
    StepColumn{"tokens", "tokens", "Tokens trained on up to and with this step."},
    StepColumn{"seconds", "s", "Seconds of training up to and with this step, pauses left out."},
    StepColumn{"loss", "nats", "Mean cross-entropy of the step's batch, nats a token."},
    StepColumn{"learning_rate", "", "Learning rate of this step, after warm-up and schedule."},
    StepColumn{"gradient_norm", "", "Norm of all gradients before clipping."},
    StepColumn{"mixing_gradient_norm", "", "Gradient norm of all mixing parameters."},
    StepColumn{"mixing_logits_gradient_norm", "",
               "Gradient norm of what makes H_res: 0 means the mixing cannot move."},
    StepColumn{"clipped", "", "1 where the gradient was clipped, else 0."},
    StepColumn{"skipped", "", "1 where the step was skipped for a non-finite value, else 0."},
    StepColumn{"step_ms", "ms", "Time of the step, probe and record left out."},
    StepColumn{"probe_ms", "ms", "Time of the probe at this step."},
    StepColumn{"record_ms", "ms", "Time of the record's transaction of the step before."},
    StepColumn{"coefficients_ms", "ms",
               "Time of the step, forward and backward, in the coefficients: products, norm and "
               "gates of all sites."},
    StepColumn{"constraint_ms", "ms",
               "Time of the step, forward and backward, in the constraint: from logits to H_res."},
    StepColumn{"apply_ms", "ms",
               "Time of the step, forward and backward, in reading, writing and mixing the "
               "streams; in a residual run the addition."},
    StepColumn{"sublayer_ms", "ms",
               "Time of the step, forward and backward, in attention and MLP themselves."},
    StepColumn{"energy", "J",
               "Energy that the machine's processors and memory took during the step, probe and "
               "record left out; empty where the system does not tell."},
    StepColumn{"energy_per_token", "J", "The same for one token of the step."},
    StepColumn{"peak_memory", "MiB",
               "Largest resident memory of the engine's process up to and with this step."},
    StepColumn{"validation_loss", "nats", "Mean cross-entropy on the validation part."},
    StepColumn{"site_forward_gain", "",
               "Largest single-site forward gain max_i |Σ_j H_ij| over sites, mean over tokens; "
               "ideal 1."},
    StepColumn{"site_backward_gain", "",
               "Largest single-site backward gain max_j |Σ_i H_ij| over sites, mean over tokens; "
               "ideal 1."},
    StepColumn{"composite_forward_gain", "",
               "Forward gain of the composite of all sites, mean over tokens; ideal 1."},
    StepColumn{"composite_forward_gain_std", "", "Its standard deviation over tokens."},
    StepColumn{"composite_backward_gain", "",
               "Backward gain of the composite of all sites, mean over tokens; ideal 1."},
    StepColumn{"composite_backward_gain_std", "", "Its standard deviation over tokens."},
    StepColumn{"composite_spectral_norm", "",
               "Spectral norm of the composite, mean over tokens; at most 1 for exact doubly "
               "stochastic maps."},
    StepColumn{"composite_distance_to_uniform_spectral", "",
               "‖P − J‖₂ of the composite, mean over tokens; 0: the streams are averaged away.",
               "composite_distance_to_uniform"},
    StepColumn{"row_error", "", "Largest |Σ_j H_ij − 1| over sites and tokens."},
    StepColumn{"column_error", "", "Largest |Σ_i H_ij − 1| over sites and tokens."},
    StepColumn{"distance_to_identity", "", "‖H − I‖_F of the token-mean maps, mean over sites."},
    StepColumn{"logit_spread", "", "Largest max − min of the logits before the map."},
    StepColumn{
        "harmonized_scale", "",
        "Smallest scale s of the harmonized sites in this step; empty where there are none."},
    StepColumn{"stream_gain", "", "‖X(L)‖_F / ‖X(0)‖_F, mean over tokens."},
    StepColumn{"stream_cosine", "",
               "Mean off-diagonal cosine between streams after the last site; 1: collapsed."},
};

}  // namespace

std::span<const StepColumn> StepColumns() { return kColumns; }

int FindStepColumn(std::string_view name) {
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    if (kColumns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

StepRecord::StepRecord() : values(kColumns.size()) {}

void StepRecord::Set(std::string_view column, double value) {
  const int index = FindStepColumn(column);
  assert(index >= 0);
  values[index] = value;
}

std::optional<double> StepRecord::Get(std::string_view column) const {
  const int index = FindStepColumn(column);
  assert(index >= 0);
  return values[index];
}

}  // namespace mhc
