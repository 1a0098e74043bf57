// What hyper-connections cost: parameters, elements moved, floating-point operations, and the block
// of sublayers that is recomputed together.
//
// n streams, C channels, k logits of the constraint; a site is one sublayer. Thread rule: pure
// functions.
#pragma once

#include <cstdint>

#include "core/record/configuration/configuration.h"

namespace mhc {

// Elements moved per token and site in the forward pass, without the sublayer's own function.
struct ElementCount {
  std::int64_t read = 0;
  std::int64_t written = 0;
  bool operator==(const ElementCount&) const = default;
};

// The plain residual connection: two vectors read, one written.
ElementCount ResidualElements(std::int64_t channels);
// Each operation for itself (arXiv 2512.24880, Table 2): (5n+1)C + n² + 2n read, (3n+1)C + n² + 2n
// written.
ElementCount UnfusedElements(std::int64_t streams, std::int64_t channels);
// Write, mix and merge in one kernel, which reads (n+1)C in place of (3n+1)C and writes nC in place
// of 3nC (Section 4.3.1 there): (3n+1)C + n² + 2n read, (n+1)C + n² + 2n written.
ElementCount FusedElements(std::int64_t streams, std::int64_t channels);

// What one site records, as `settings` has it. For `mhc` throughout: (2n + k)(nC + 1) + 3.
std::int64_t SiteParameters(const SiteSettings& settings, std::int64_t streams,
                            std::int64_t channels);
// Floating-point operations of a site for one token, forward and backward: the products of the
// predictors with their norm, the read, the write and the mix. The constraint itself works on
// k numbers a token and is not counted.
double SiteFlops(const SiteSettings& settings, std::int64_t streams, std::int64_t channels);

// The readout with learned weights of the streams: n(nC + 1) + 1.
std::int64_t LearnedReadoutParameters(std::int64_t streams, std::int64_t channels);

// Hyper-Connections as published (arXiv 2409.19606), a sublayer: static n(n+2); dynamic adds
// W_β, W_m (C each), W_r (nC) and the scales s_α, s_β.
std::int64_t StaticHyperConnectionParameters(std::int64_t streams);
std::int64_t DynamicHyperConnectionParameters(std::int64_t streams, std::int64_t channels);

// Elements kept per token and channel with one stored input every `block` sublayers and what one
// block needs while it is recomputed: n⌈L/block⌉ + (n+2)·block (arXiv 2512.24880, Section 4.3.2).
std::int64_t RecomputedElements(std::int64_t streams, std::int64_t sublayers, std::int64_t block);
// The block that keeps the least, the smallest of equals; about √(nL/(n+2)) (Eq. 20 there).
// sublayers: 1 or more.
std::int64_t RecomputeBlock(std::int64_t streams, std::int64_t sublayers);

}  // namespace mhc
