// What each sublayer hears of each earlier one, through the streams.
#pragma once

#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// The maps of one site at one token, or their token means.
struct SiteMaps {
  Vector pre;   // [n]: H_pre, what the sublayer reads
  Vector post;  // [n]: H_post, where it writes
  Matrix res;   // n×n: H_res
};

// c(j, i) = H_pre_j · P_{i+1→j−1} · H_postᵀ_i for i < j, and 0 elsewhere: an L×L matrix, strictly
// lower triangular; P_{a→b} = H_b … H_a, and I where b < a. Row j, column i is the weight with
// which sublayer j (from 0, oldest first) reads what sublayer i wrote; the plain residual model has
// 1 throughout. It does not change when the streams are given another basis, which is what makes
// the kernels of two models comparable (the unfolded connection matrix of Hyper-Connections, arXiv
// 2409.19606). Built in O(L²n²). sites: L of them. Thread rule: a pure function.
Matrix DepthKernel(std::span<const SiteMaps> sites);

}  // namespace mhc
