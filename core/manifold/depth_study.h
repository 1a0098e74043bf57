// The depth study: what a constraint does to a signal and a gradient over the depth of a network,
// on random logits and without a model.
//
// Every logit of every layer is S·N(0,1), or S0·N + S·N with the first draw common to the layers of
// a trial (layers of a trained model are alike); `diagonal` is added to the logits z_ii. The maps
// H_l of a trial are multiplied to the composites H_l … H_from, newest on the left, whose measures
// are collected over the trials at each depth.
//
// A trial's logits are a function of the seed, the trial and the layer alone: more trials, more
// layers or a common draw leave those there were as they are, and there is no state and no thread.
// Between machines only the rounding of exp, log and cos differs. Thread rule: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/manifold/declaration.h"
#include "core/manifold/mixing_constraint.h"
#include "core/manifold/spread.h"

namespace mhc {

struct DepthStudyOptions {
  ConstraintChoice choice;  // an option `depth` of 0 becomes the depth of the study
  std::int64_t streams = 4;
  std::int64_t depth = 64;
  std::int64_t trials = 400;
  std::int64_t seed = 1;
  double logit_scale = 1.0;             // S
  std::optional<double> diagonal = {};  // added to z_ii; only for maps with a matrix of n² logits
  double shared = 0.0;                  // S0
  std::int64_t from = 1;                // the first layer of the composites
};

// One option of the study: its declaration (type, range, default, text) and its member.
struct DepthStudyKey {
  Declaration declaration;
  Value (*get)(const DepthStudyOptions& options);
  void (*set)(DepthStudyOptions& options, const Value& value);  // value already checked
};
// All but the constraint, in the order of the members.
std::span<const DepthStudyKey> DepthStudyKeys();

// The most maps, depth × trials, that a study may hold: their measures take 640 MB. A profile has
// 30 numbers a layer beside, 24 MB at the largest depth.
inline constexpr std::int64_t kMostStudyMaps = 4'000'000;
inline constexpr std::int64_t kLargestStudyDepth = 100'000;

// What is measured of a single map and of a composite P. The sums are signed.
enum DepthMeasure {
  kForwardGain,      // max_i |Σ_j P_ij|
  kBackwardGain,     // max_j |Σ_i P_ij|
  kNormInf,          // max_i Σ_j |P_ij|
  kSpectralNorm,     // σ₁
  kSigmaMin,         // σₙ
  kRowError,         // max_i |Σ_j P_ij − 1|
  kColumnError,      // max_j |Σ_i P_ij − 1|
  kColumnSumMax,     // max_j Σ_i P_ij
  kColumnSumMin,     // min_j Σ_i P_ij
  kUniformDistance,  // ‖P − J‖₂, J = 11ᵀ/n; of doubly stochastic maps rounding below 1e-15
  kDepthMeasures     // how many there are
};
// As `mhc simulate` prints them: "forward_gain", …
std::string_view DepthMeasureName(int measure);

template <class T>
using ByDepthMeasure = std::array<T, kDepthMeasures>;

// Over the trials, at each depth from `from` on.
struct DepthProfile {
  std::vector<double> median, p10, p90;
};

struct DepthStudy {
  ByDepthMeasure<Spread> composite;      // over trials, of the composite of all layers
  ByDepthMeasure<Spread> layer;          // over trials and layers, of single maps
  std::vector<std::int64_t> depths;      // from … depth
  ByDepthMeasure<DepthProfile> profile;  // as long as `depths`
};

// Fails, before anything is allocated, where an option is out of its range or the options do not go
// together, with the option's key, what was found and what was expected.
Status CheckDepthStudy(const DepthStudyOptions& options);

// The logits of one layer (from 1) of one trial (from 0). Asserts that the options are in order.
std::vector<double> StudyLogits(const DepthStudyOptions& options, std::int64_t trial,
                                std::int64_t layer);

// Fails as CheckDepthStudy does. Composites are carried with a power of two beside them: a measure
// beyond the range of a double is infinite, never NaN, but for the mean of column sums of which
// some are +∞ and some −∞. σₙ of a composite is one over the norm of the product of the inverses,
// which holds its digits where that of the product itself would drown in the rounding of σ₁; where
// a map is singular to rounding it is that of the product.
Result<DepthStudy> RunDepthStudy(const DepthStudyOptions& options);

}  // namespace mhc
