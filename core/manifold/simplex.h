// Shares: the softmax, its derivative, and the way back from wished shares to logits.
//
// Thread rule: pure functions.
#pragma once

#include <span>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

// The bound on max − min of a softmax's logits in a fit: at 8 the smallest share of two is 3e-4,
// and so is its derivative; beyond it gradients die.
inline constexpr double kSoftmaxSpread = 8.0;

// exp(z)_k / Σ exp(z), positive or 0, sum 1. Finite for all finite logits.
Vector Softmax(std::span<const double> logits);

// The cotangent of the logits: p_k (g_k − Σ p g), with p the softmax and g its cotangent.
Vector SoftmaxPullback(const Vector& shares, const Vector& grad_shares);

// The point of the probability simplex nearest to `values` (sort-based Euclidean projection).
Vector ProjectToSimplex(const Vector& values);

// Logits whose softmax is `shares` (0 or more, one above 0), the largest of them 0, none below
// −kSoftmaxSpread.
Vector LogitsOfShares(const Vector& shares);

}  // namespace mhc
