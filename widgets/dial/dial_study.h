// What the dial shows: the depth study of a constraint on random logits, or of one matrix that
// every layer has. Free of Qt.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "core/manifold/depth_study.h"
#include "core/manifold/diagnostics/sinkhorn_residual.h"

namespace mhc {

struct DialInput {
  DepthStudyOptions options;
  // Of every layer, where they are given (by hand, or fitted to a site of a run); else random.
  std::optional<std::vector<double>> logits;
};

struct DialPicture {
  std::vector<double> depths;                // 1 … depth
  DepthProfile forward, backward, distance;  // gains and ‖P − J‖₂ of the composite at each depth
  std::int64_t trials = 0;                   // 0: logits were given, nothing is random
  Matrix layer, composite;                   // of the first trial: its first layer, all its layers
  std::optional<SinkhornResidual> residual;  // over iterations, of the first layer; of sinkhorn
};

// The most that a dial computes: maps of four streams, and as many fewer of larger ones as their
// singular values take longer. About a second.
inline constexpr double kMostDialMaps = 100'000.0;

// At most `trials` of those of the options, so that a hand on a control sees fewer at once, and no
// more than can be computed while somebody waits. Fails as RunDepthStudy does, where not even one
// trial can be, and where the number of given logits is not the constraint's.
Result<DialPicture> TurnDial(const DialInput& input, std::int64_t trials);

}  // namespace mhc
