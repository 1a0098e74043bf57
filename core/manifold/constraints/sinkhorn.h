// C3, the map of manifold-constrained hyper-connections: Sinkhorn-Knopp from n×n logits towards
// the doubly stochastic matrices (arXiv 2512.24880, Eq. 9: M⁰ = exp(z), Mᵗ = T_r(T_c(Mᵗ⁻¹))).
//
// The step done last is exact; all error of a finite number of iterations is in the other sums. In
// the paper's order (columns, then rows) the rows, so the forward gains, are exact.
// `identity_mix` uses the same map and options. Thread rule: pure functions.
#pragma once

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// Up to this spread max − min of the logits every entry of every iterate, at least
// exp(−2·spread)/n, is an ordinary double for n up to 64. Beyond it entries have exponents of their
// own, so that the iterates are those of real arithmetic to 1e-12 of each entry there too.
inline constexpr double kSinkhornDoubleSpread = 350.0;

// The row of the table in mixing_constraint.cc.
MixingConstraint SinkhornConstraint();

// `iterations`, `order`, `epsilon`.
std::vector<Declaration> SinkhornIterationOptions();

MapGuarantees SinkhornGuarantees(const ConstraintOptions& options);
// Logits near the logarithm of the target, spread over at most kSoftmaxSpread.
std::vector<double> SinkhornFitStart(const Matrix& target, const ConstraintOptions& options);

// logits n² row-major -> n×n, by the options `iterations` (k: k steps over the columns and k over
// the rows; 0: exp(z) alone, capped at the largest double), `order` and `epsilon` (0: Eq. 9; above
// 0: the form of DeepSeek's kernels, a softmax with epsilon added to every entry as the first step
// and epsilon added to every later sum). Finite for all finite logits: where the support of exp(z)
// holds no permutation, the iteration does not converge and the sums say so.
Matrix SinkhornMap(std::span<const double> logits, int streams, const ConstraintOptions& options);

// The matrices after 1 … `iterations` iterations: the last is SinkhornMap's. iterations: 1 or more.
std::vector<Matrix> SinkhornIterates(std::span<const double> logits, int streams,
                                     const ConstraintOptions& options);

// The derivative of that truncated iteration, unrolled and walked back step by step.
std::vector<double> SinkhornPullback(std::span<const double> logits, int streams,
                                     const ConstraintOptions& options, const Matrix& grad_matrix);

}  // namespace mhc
