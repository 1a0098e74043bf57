// What a snapshot says of every site beside its gains: how far its logits range, which streams it
// reads and writes, how much its map follows the token, what it hears of earlier sites; and of
// every place between the sites how far the streams differ.
//
// Plain numbers in and out, token means unless said otherwise; a value is that of the function of
// core/manifold/diagnostics that has its name. L sites, P tokens, n streams. Thread rule: pure
// functions.
#pragma once

#include <vector>

#include "core/manifold/matrix.h"
#include "core/model/kernels/place.h"
#include "core/train/token_arrays.h"

namespace mhc {

// ranges [L,P,1,1], max z − min z of every token -> [L,4]: mean, deviation, maximum over tokens,
// and the share of tokens above kWideRange (D5).
Matrix LogitRanges(const TokenArrays& ranges);

// Over the tokens, of several numbers a place: [places, numbers].
struct OverTokens {
  Matrix mean, deviation;
};
// values [places·P, numbers], the tokens of a place one after another.
OverTokens OverTokensOf(const Matrix& values, std::int64_t tokens);
// pre, post [L,P,1,n] -> [L,4]: effective streams and the dominant one's share of the read weights,
// then of the write weights (D22, D23). Weights of `hc` have signs: what counts is |w|.
OverTokens StreamUse(const TokenArrays& pre, const TokenArrays& post);

// grams [L+1,P,n,n], X Xᵀ of each state X (n×C), which has its stream lengths, angles and, to half
// the digits, singular values -> [L+1,2]: diversity energy and effective rank (D29, D30).
// Threads share the tokens; their number changes no bit.
OverTokens StreamDiversity(const TokenArrays& grams, const kernels::Place& place = {});

// The singular values of every matrix [places·tokens, n], falling; NaN where one has an entry that
// is not finite (D10). By the kernels where these take n.
Matrix SpectraOf(const TokenArrays& matrices, const kernels::Place& place = {});

// Of the variance of H_res's entries around the mean of all of them, the share that is over tokens:
// Σ_t ‖H_t − H̄‖² / Σ_tij (H_tij − mean)² (D25), from the token means and deviations of every site
// [L]. 0: static, or nothing varies.
Vector TokenDependenceBySite(const std::vector<Matrix>& res_mean,
                             const std::vector<Matrix>& res_deviation);

// pre_mean, post_mean [L,n], res_mean: L of n×n -> [L,L] (D32).
Matrix DepthKernelOfMeans(const Matrix& pre_mean, const Matrix& post_mean,
                          const std::vector<Matrix>& res_mean);

}  // namespace mhc
