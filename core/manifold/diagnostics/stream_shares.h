// Which streams a site reads or writes: from its weights alone (H_pre or H_post), or from what the
// weights pass on.
//
// Shares p: n numbers of at least 0 with sum 1. NaN throughout where a weight is negative or not
// finite, or all are 0. Thread rule: pure functions.
#pragma once

#include "core/manifold/matrix.h"

namespace mhc {

// p_i = w_i / Σ w.
Vector StreamShares(const Vector& weights);  // [n] -> [n]
// p_i = w_i ‖X_i‖ / Σ w ‖X‖: signal-weighted. streams: X, n×C.
Vector SignalShares(const Vector& weights, const Matrix& streams);

// 1 / Σ p_i², the inverse participation ratio: 1 where one stream has it all, n where all have the
// same. The literature speaks of effective stream counts (arXiv 2609.05309) without an agreed
// formula. This one and not exp(−Σ p ln p), because gates are sigmoids and never 0: what many small
// shares add to an entropy they hardly add to a sum of squares, so the number says how many streams
// matter. It is never above the entropy's.
double EffectiveStreams(const Vector& shares);

// The stream with the largest share, the first of equals. share: 1/n … 1; −1 and NaN for shares
// that are NaN.
struct DominantStream {
  int stream = -1;
  double share = 0.0;
};
DominantStream FindDominantStream(const Vector& shares);

}  // namespace mhc
