#include "core/manifold/constraints/harmonized.h"

#include <algorithm>
#include <cmath>

namespace mhc {
namespace {

constexpr double kSmallestScale = 1e-6;  // 0.05 s is below float32's rounding of 1
constexpr double kLargestExcess = 1e6;   // of a gain over the target

double Step(const ConstraintOptions& options) { return options.Number("scale") * kHarmonizedStep; }

Status Check(const ConstraintOptions& options) {
  if (options.Number("s_min") <= options.Number("scale")) return {};
  return Fail("scale: found {}, expected at least s_min = {}", options.Number("scale"),
              options.Number("s_min"));
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions& options) {
  Matrix matrix = Step(options) * Eigen::Map<const Matrix>(logits.data(), streams, streams);
  matrix.diagonal().array() += 1.0;
  return matrix;
}

std::vector<double> Pullback(std::span<const double>, int, const ConstraintOptions& options,
                             const Matrix& grad_matrix) {
  const Matrix grad = Step(options) * grad_matrix;
  return {grad.data(), grad.data() + grad.size()};
}

std::vector<double> FitStart(const Matrix& target, const ConstraintOptions& options) {
  const double step = Step(options);
  if (step == 0.0) return std::vector<double>(target.size(), 0.0);
  const Matrix logits = (target - Matrix::Identity(target.rows(), target.cols())) / step;
  return {logits.data(), logits.data() + logits.size()};
}

std::vector<Declaration> Options() {
  return {{.key = "target",
           .fallback = 12.0,
           .minimum = 0,
           .maximum = 1e6,
           .above_minimum = true,
           .text = "Gain of the composite that the scale steers towards from above."},
          {.key = "exponent",
           .fallback = 0.5,
           .minimum = 0,
           .maximum = 10,
           .text = "Power of target / gain by which the scale moves each step."},
          {.key = "ema",
           .fallback = 0.9,
           .minimum = 0,
           .maximum = 0.999999,
           .text = "Share of the past in the moving average of the gain."},
          {.key = "s_min", .fallback = 0.0, .minimum = 0, .maximum = 1, .text = "Smallest scale."},
          {.key = "scale",
           .fallback = kHarmonizedStart,
           .minimum = 0,
           .maximum = 1,
           .text = "The scale s: of a map alone, and where a run starts."}};
}

}  // namespace

bool FollowsGain(const ConstraintChoice& choice) { return choice.constraint->name == "harmonized"; }

HarmonizedUpdate UpdateHarmonized(const ConstraintOptions& options, double mean_gain, double gain) {
  const double target = options.Number("target");
  const double largest = kLargestExcess * target, smallest = target / kLargestExcess;
  const double measured = gain < largest ? std::max(gain, smallest) : largest;
  const double ema = options.Number("ema");
  HarmonizedUpdate update;
  // An average of another target, or of another time, is held to the same bounds.
  update.mean_gain = std::isnan(mean_gain)
                         ? measured
                         : ema * std::clamp(mean_gain, smallest, largest) + (1.0 - ema) * measured;
  const double wished =
      options.Number("scale") * std::pow(target / update.mean_gain, options.Number("exponent"));
  const double floor = std::max(options.Number("s_min"), kSmallestScale);
  update.scale = std::clamp(wished, floor, kHarmonizedStart);
  return update;
}

MixingConstraint HarmonizedConstraint() {
  return {
      .name = "harmonized",
      .code = "C15",
      .text =
          "I plus scaled logits; the scale follows the measured gain of the composite. No "
          "single map is bounded.",
      .options = Options(),
      .guarantees = [](const ConstraintOptions&) -> MapGuarantees { return {}; },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = [](int streams,
                  const ConstraintOptions&) { return std::vector<double>(streams * streams, 0.0); },
      .fit_start = FitStart,
      .fit_spread = 0.0,
      .logit_layout = "matrix",
      .check = Check};
}

}  // namespace mhc
