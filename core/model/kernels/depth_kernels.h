// What a snapshot asks of the maps of thousands of tokens: their singular values, and their
// composites along the depth with the sums of those, in double precision and with a matrix in each
// lane.
//
// Thread rule: as site_kernels.h. A value of a matrix hangs on which others share its vector, in
// its last digits: not on the number of threads.
#pragma once

#include <cstdint>

#include "core/model/kernels/place.h"

namespace mhc::kernels {

// Singular values, falling; of a matrix with an entry that is not finite NaN. By turns of pairs of
// columns until all are at right angles (Hestenes 1958), so that small ones are as precise as large
// ones.
struct MatrixSpectra {
  std::int64_t count = 0;
  int size = 0;                      // n, at most kMostStreams
  const double* matrices = nullptr;  // [count, n, n]
  double* values = nullptr;          // [count, n]
};
void SingularValues(const MatrixSpectra& arrays, const Place& place);

// The smallest and the largest row sum, then column sum, of a matrix; NaN where a sum is.
constexpr int kEndsOfSums = 4;

// Results may be null.
struct DepthWalk {
  std::int64_t sites = 0, tokens = 0;
  int streams = 0;                // at most kMostStreams
  const double* maps = nullptr;   // [L,P,n,n]
  double* sums = nullptr;         // [L,P,4] of each map
  double* prefix = nullptr;       // [L,P,n,n]: H_l … H_1
  double* prefix_sums = nullptr;  // [L,P,4]
  double* composite = nullptr;    // [P,n,n]: H_L … H_1
  double* suffix = nullptr;       // [L,P,n,n]: H_L … H_l
  double* suffix_sums = nullptr;  // [L,P,4]
};
void WalkDepth(const DepthWalk& arrays, const Place& place);

// Of the streams of some tokens: X Xᵀ of each, and their products with those of the state before.
// Results may be null.
struct StateGrams {
  std::int64_t tokens = 0, channels = 0;
  int streams = 0;                // at most kMostStreams
  const float* state = nullptr;   // [P,N,C]
  const float* before = nullptr;  // [P,N,C], where `products` is asked for
  double* grams = nullptr;        // [P,N,N]
  double* products = nullptr;     // [P]: Σ state ∘ before
};
void MakeGrams(const StateGrams& arrays, const Place& place);

}  // namespace mhc::kernels
