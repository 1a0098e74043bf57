// Shapes of the decoder that follow from its configuration. Thread rule: pure functions.
#pragma once

#include <cstdint>

namespace mhc {

// The hidden width of a block's SwiGLU: 8C/3 rounded up to a multiple of 16.
constexpr std::int64_t SwiGluWidth(std::int64_t channels) { return (8 * channels + 47) / 48 * 16; }

}  // namespace mhc
