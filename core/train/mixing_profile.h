// What the maps of one step's tokens say of every site and of the composites that reach to it:
// gains, sums, means and spectra, in double precision.
//
// Plain numbers in and out. Composites are formed per token, newest on the left, and only then
// averaged; the product of token-mean maps is another number and has a name of its own.
#pragma once

#include <vector>

#include "core/train/mixing_measures.h"
#include "core/train/site_measures.h"

namespace mhc {

// One entry a site, oldest first.
struct MixingProfile {
  std::vector<Matrix> res_mean, res_deviation;           // over tokens (D1)
  std::vector<TokenSpread> forward_gain, backward_gain;  // single site (D6)
  std::vector<TokenSpread> prefix_forward_gain;          // of H_l … H_1 (D7)
  std::vector<TokenSpread> suffix_backward_gain;         // of H_L … H_l (D7)
  // [sites, 4] of the same: smallest and largest row sum, then column sum, token means (D8)
  OverTokens prefix_two_sided_gain, suffix_two_sided_gain;
  std::vector<Matrix> prefix_mean, suffix_mean;        // token means of the composites
  OverTokens singular_values, prefix_singular_values;  // [sites, n], falling (D10)
  Matrix token_mean_product;                           // the product of the token-mean maps
};
// H_res [L,P,n,n] of at least one site and one token. As many threads share the tokens; the numbers
// are the same for every count, to the last bit. Thread rule: a pure function.
MixingProfile MeasureProfile(const TokenArrays& maps, const kernels::Place& place = {});

}  // namespace mhc
