#include "core/manifold/constraints/permutation_mix.h"

#include "core/manifold/permutations.h"
#include "core/manifold/simplex.h"

namespace mhc {
namespace {

constexpr int kMostStreams = 4;  // n! logits
constexpr double kIdentityStart = 8.0;

int Count(int streams, const ConstraintOptions&) {
  return static_cast<int>(Permutations(streams).size());
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  return MixPermutations(logits, streams);
}

std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const Vector grad = MixPermutationsPullback(logits, streams, grad_matrix);
  return {grad.begin(), grad.end()};
}

std::vector<double> Start(int streams, const ConstraintOptions& options) {
  std::vector<double> logits(Count(streams, options), -kIdentityStart);
  logits[0] = 0.0;
  return logits;
}

std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const Vector logits = MixtureLogits(target);
  return {logits.begin(), logits.end()};
}

}  // namespace

MixingConstraint PermutationMixConstraint() {
  return {.name = "permutation_mix",
          .code = "C4",
          .text =
              "A softmax mixture of all n! permutations, as in mHC-lite: exactly doubly "
              "stochastic.",
          .options = {},
          .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
          .allows = [](int streams) { return streams <= kMostStreams; },
          .allowed_streams = "n up to 4 (n! logits)",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start = Start,
          .fit_start = FitStart,
          .fit_spread = kSoftmaxSpread};
}

}  // namespace mhc
