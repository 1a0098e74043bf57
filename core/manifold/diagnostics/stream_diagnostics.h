// What the streams of a token look like beside each other.
//
// streams: X, n×C, row i is stream i (or the rows of several tokens' streams, channels side by
// side). Quantities that are undefined are NaN: the cosine with a stream of zeros, the shares of a
// matrix of zeros, anything made from entries that are not finite. Thread rule: pure functions.
#pragma once

#include "core/manifold/matrix.h"

namespace mhc {

Vector StreamRms(const Matrix& streams);  // n: ‖X_i‖/√C

Matrix StreamCosines(const Matrix& streams);  // n×n: cos(X_i, X_j)
// The mean of the cosines off the diagonal: 1 where all streams point the same way. n = 1: NaN.
double MeanStreamCosine(const Matrix& streams);

// ‖(I−J)X‖²_F / ‖X‖²_F: the share of the energy that is in differences between streams. 0
// collapsed.
double DiversityEnergy(const Matrix& streams);

// exp(−Σ q_k ln q_k) with q_k = σ_k/Σσ, the shares of the singular values themselves (not of their
// squares), as Roy and Vetterli define the effective rank: from 1 to min(n, C).
double EffectiveRank(const Matrix& streams);

// The same two from the Gram X Xᵀ [n, n] of the streams, which is all that they hang on: many small
// Grams are moved and measured sooner than what they are of. Squares have half the digits: a
// singular value below √(n·ε) of the largest, 3e-8 at n = 4, counts as 0, which moves the rank by
// about 1e-6; an energy is exact to n·ε.
using GramRef = Eigen::Ref<const Matrix>;
double DiversityEnergyOfGram(const GramRef& gram);
double EffectiveRankOfGram(const GramRef& gram);
// From the Gram's eigenvalues, n of them, which are its singular values.
double EffectiveRankOfSquares(Vector squares);

}  // namespace mhc
