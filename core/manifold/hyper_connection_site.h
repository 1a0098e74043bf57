// One hyper-connection site of mHC on given numbers, forward and backward, in double precision:
// what `mhc site` computes, and what every faster implementation is held against.
//
// With v = vec(x) (all n streams of a token side by side, nC numbers; arXiv 2512.24880, Eqs. 7-19):
//   w = (v φ) / sqrt(mean(v²) + eps_norm)        divided after the product
//   t = α ∘ w + b                                one α a slice; b is not divided
//   pre = σ(t_pre) + eps_pre    post = post_factor · σ(t_post)    res = constraint(t_res)
//   z = pre · x                 y = res · x + postᵀ f
// Every array is row-major. Thread rule: a pure function of its arguments.
#pragma once

#include <vector>

#include "core/manifold/mixing_constraint.h"
#include "core/result.h"

namespace mhc {

// k is the constraint's number of logits. The columns of phi and bias are pre (n), post (n), res
// (k).
struct SiteInputs {
  int tokens = 0;
  int streams = 0;
  int channels = 0;
  std::vector<double> x;      // [tokens, n, C]
  std::vector<double> phi;    // [nC, 2n + k], rows stream-major: stream s, channel c at s·C + c
  std::vector<double> alpha;  // [3]: pre, post, res
  std::vector<double> bias;   // [2n + k]
  std::vector<double> f;      // [tokens, C], what the branch made; taken as independent of z
  std::vector<double> gy;     // [tokens, n, C] or empty, which counts as zeros
  std::vector<double> gz;     // [tokens, C] or empty, which counts as zeros
};

struct SiteOptions {
  ConstraintChoice choice;
  double eps_pre = 0.0;
  double eps_norm = 0.0;
  double post_factor = 2.0;
};

struct SiteOutputs {
  std::vector<double> pre;   // [tokens, n]
  std::vector<double> post;  // [tokens, n]
  std::vector<double> res;   // [tokens, n, n], output stream first
  std::vector<double> z;     // [tokens, C]
  std::vector<double> y;     // [tokens, n, C]

  // Of Σ y·gy + Σ z·gz, shaped as their inputs; empty where neither gy nor gz was given.
  std::vector<double> grad_x;
  std::vector<double> grad_phi;
  std::vector<double> grad_alpha;
  std::vector<double> grad_bias;
  std::vector<double> grad_f;
};

// Fails where n is not allowed by the constraint, or where an array has not the size above, with
// the array's name, the size found and the size expected.
Status CheckSite(const SiteInputs& inputs, const SiteOptions& options);

// Fails as CheckSite does. A token of zeros at eps_norm 0 has w = 0.
Result<SiteOutputs> RunSite(const SiteInputs& inputs, const SiteOptions& options);

}  // namespace mhc
