// C7, orthostochastic: the squared entries of a rotation, H = Q∘Q with Q the Cayley transform of
// the skew matrix of the logits; and C8, go-mHC (arXiv 2604.02309): the energies of the s×s blocks
// of a rotation of n·s dimensions, H_ij = ‖Q_ij‖²_F / s. C7 is C8 with s = 1, and a large s fills
// the Birkhoff polytope.
//
// Both are exactly doubly stochastic. At logits 0 their derivative is 0, since that of a rotation
// at I has no diagonal: hence the random start.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// The row of the table in mixing_constraint.cc.
MixingConstraint BlockOrthostochasticConstraint();

// logits n·s(n·s−1)/2 (A_ij for i<j, row-major) -> n×n.
Matrix BlockEnergies(std::span<const double> logits, int streams, int block);
std::vector<double> BlockEnergiesPullback(std::span<const double> logits, int streams, int block,
                                          const Matrix& grad_matrix);
std::vector<double> BlockEnergiesStart(int streams, int block);
// Exact for a target that is itself orthostochastic, with signs found row by row (n up to 10).
std::vector<double> BlockEnergiesFitStart(const Matrix& target, int block);

}  // namespace mhc
