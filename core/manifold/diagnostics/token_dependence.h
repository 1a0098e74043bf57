// How much the coefficients of sites follow the token, and how much they are the site's alone.
//
// Coefficients of a site: T×K, row t those of token t (H_pre, H_post or H_res flattened). Thread
// rule: pure functions.
#pragma once

#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// The deviation over the tokens of each coefficient, √(Σ_t (h_tk − h̄_k)² / T): [K]. 0: static.
Vector TokenDeviation(const Matrix& coefficients);

// Of the variance of the coefficients over all sites and tokens, the share that is within the
// sites: Σ_l Σ_t ‖h_lt − h̄_l‖² / Σ_l Σ_t ‖h_lt − h̄‖², with h̄_l a site's token mean and h̄ the
// mean of all. One minus it is the share explained by the site means. 0: static maps, which can be
// absorbed into the read and write maps, and where nothing varies at all; 1: all sites have the
// same mean. sites: at least one, each T×K with the same K.
double TokenDependence(std::span<const Matrix> sites);

}  // namespace mhc
