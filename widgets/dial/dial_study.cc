#include "widgets/dial/dial_study.h"

#include <algorithm>
#include <cmath>

#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"

namespace mhc {
namespace {

constexpr std::int64_t kResidualIterations = 30;  // of the residual's curve

// Trials that stay within kMostDialMaps; 0 where not even one does.
std::int64_t AffordableTrials(const DepthStudyOptions& options) {
  const double size = std::max(1.0, static_cast<double>(options.streams) / 4.0);
  const double maps = kMostDialMaps / (size * size * size);
  return static_cast<std::int64_t>(maps / static_cast<double>(options.depth));
}

void Append(DepthProfile& profile, double value) {
  profile.median.push_back(value);
  profile.p10.push_back(value);
  profile.p90.push_back(value);
}

// Every layer has the same map: its powers.
void AppendPowers(const Matrix& layer, std::int64_t depth, DialPicture& picture) {
  const Matrix uniform =
      Matrix::Constant(layer.rows(), layer.cols(), 1.0 / static_cast<double>(layer.rows()));
  Matrix power = Matrix::Identity(layer.rows(), layer.cols());
  for (std::int64_t l = 1; l <= depth; ++l) {
    power = layer * power;
    const StreamGain gain = Gain(power);
    picture.depths.push_back(static_cast<double>(l));
    Append(picture.forward, gain.forward);
    Append(picture.backward, gain.backward);
    Append(picture.distance, power.allFinite() ? SpectralNorm(power - uniform) : INFINITY);
  }
  picture.composite = power;
}

Status AppendStudy(const DialInput& input, std::int64_t trials, DialPicture& picture) {
  DepthStudyOptions options = input.options;
  options.trials = trials;
  options.from = 1;
  Result<DepthStudy> study = RunDepthStudy(options);
  if (!study) return tl::unexpected(study.error());
  picture.depths.assign(study->depths.begin(), study->depths.end());
  picture.forward = std::move(study->profile[kForwardGain]);
  picture.backward = std::move(study->profile[kBackwardGain]);
  picture.distance = std::move(study->profile[kUniformDistance]);
  picture.trials = trials;
  const auto streams = static_cast<int>(options.streams);
  const ConstraintChoice choice = AtDepth(options.choice, options.depth);
  picture.composite = Matrix::Identity(streams, streams);
  for (std::int64_t l = 1; l <= options.depth; ++l) {
    const Matrix layer = MapLogits(choice, streams, StudyLogits(options, 0, l));
    if (l == 1) picture.layer = layer;
    picture.composite = layer * picture.composite;
  }
  return {};
}

}  // namespace

Result<DialPicture> TurnDial(const DialInput& input, std::int64_t trials) {
  if (const Status checked = CheckDepthStudy(input.options); !checked) {
    return tl::unexpected(checked.error());
  }
  const auto streams = static_cast<int>(input.options.streams);
  const ConstraintChoice choice = AtDepth(input.options.choice, input.options.depth);
  const std::int64_t affordable = AffordableTrials(input.options);
  if (affordable < 1) {
    return Fail(
        "depth: found {} for {} streams, which is more than a dial computes at once; `mhc "
        "simulate` "
        "takes it",
        input.options.depth, streams);
  }
  DialPicture picture;
  if (input.logits) {
    const int count = LogitCount(choice, streams);
    if (static_cast<int>(input.logits->size()) != count) {
      return Fail("logits: found {}, expected {} for {} at n = {}", input.logits->size(), count,
                  choice.constraint->name, streams);
    }
    picture.layer = MapLogits(choice, streams, *input.logits);
    AppendPowers(picture.layer, input.options.depth, picture);
  } else if (const Status studied = AppendStudy(input, std::min(trials, affordable), picture);
             !studied) {
    return tl::unexpected(studied.error());
  }
  if (choice.constraint->name == "sinkhorn") {
    ConstraintChoice longest = choice;
    longest.options.Set("iterations", kResidualIterations);
    picture.residual = ResidualByIteration(
        longest, streams, input.logits ? *input.logits : StudyLogits(input.options, 0, 1));
  }
  return picture;
}

}  // namespace mhc
