// The learning rate as a function of the step alone.
#pragma once

#include <cstdint>

#include "core/record/configuration/configuration.h"

namespace mhc {

// Of the step after `finished` finished ones: `peak` after a linear warm-up, then by
// settings.schedule. cosine falls to a tenth of the peak at the last step, wsd linearly to zero
// over the last fifth. Pure.
double LearningRate(const TrainSettings& settings, double peak, std::int64_t finished);

}  // namespace mhc
