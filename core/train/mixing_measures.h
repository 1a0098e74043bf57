// What the maps of one step's tokens say: gains, composites and errors per token, in double
// precision.
//
// Plain numbers in and out. Composites are formed per token, newest on the left, and only then
// averaged; the product of token-mean maps is another number and is never mixed in here.
#pragma once

#include <span>
#include <vector>

#include "core/model/kernels/place.h"
#include "core/train/token_arrays.h"

namespace mhc {

// Over the tokens.
struct TokenSpread {
  double mean = 0.0, deviation = 0.0, minimum = 0.0, maximum = 0.0;
};
TokenSpread TokenSpreadOf(std::span<const double> values);  // at least one

struct MixingScalars {
  double site_forward_gain = 0.0;  // largest over sites of the token mean (D6)
  double site_backward_gain = 0.0;
  TokenSpread composite_forward_gain;  // of H_L … H_1 (D7)
  TokenSpread composite_backward_gain;
  double composite_spectral_norm = 0.0;                 // token mean (D10)
  double composite_distance_to_uniform_spectral = 0.0;  // token mean of ‖P − J‖₂ (D15)
  double row_error = 0.0, column_error = 0.0;           // largest over sites and tokens (D3)
  double distance_to_identity = 0.0;                    // of the token means, mean over sites (D14)
};
// The larger one, and NaN where one is: a maximum that left a NaN out would read as a good score.
double LargestOrNan(double a, double b);

// The row and column sums of one matrix, or of many: the smallest and the largest of each.
struct EndsOfSums {
  double row_min, row_max, column_min, column_max;

  // NaN where one is.
  double ForwardGain() const;   // max_i |Σ_j H_ij|
  double BackwardGain() const;  // max_j |Σ_i H_ij|
  double RowError() const;      // max_i |Σ_j H_ij − 1|
  double ColumnError() const;   // max_j |Σ_i H_ij − 1|
};
EndsOfSums EndsOfSumsOf(const Matrix& matrix);

// H_res [L,P,n,n] of at least one site and one token.
MixingScalars MeasureScalars(const TokenArrays& maps, const kernels::Place& place = {});

// The token mean of every site's map.
std::vector<Matrix> TokenMeans(const TokenArrays& maps);

}  // namespace mhc
