// What a trained model loses where a stream or the mixing of the streams is taken from it, at given
// sites, without training: stream ablation (arXiv 2603.14833) and mixer interventions (arXiv
// 2609.05309).
//
// Shapes: N streams. Thread rule: the thread of the trainer.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/train/trainer.h"

namespace mhc {

enum class AblationKind {
  kStreamZero,    // one stream, right before each of the sites, becomes zero
  kStreamMean,    // …becomes the mean over all streams, itself included, of each token
  kResIdentity,   // H_res of each of the sites becomes I: streams are not mixed
  kResUniform,    // …becomes J, all entries 1/N: streams are mixed in full
  kResTokenMean,  // …becomes its mean over the tokens that are evaluated: the same for each token
};
std::string_view Name(AblationKind kind);  // "stream_zero", "res_token_mean", …

struct Ablation {
  AblationKind kind = AblationKind::kStreamZero;
  std::vector<std::int64_t> sites;     // ascending, not empty
  std::optional<std::int64_t> stream;  // of the first two kinds
};

// Each kind with each stream it takes, at all of `sites` (ascending, not empty); changes of H_res
// also at their early and their late half (the early one is the larger of two unequal ones). With
// `each_site` every one at each single site too. None twice.
std::vector<Ablation> AblationsAt(std::span<const std::int64_t> sites, std::int64_t streams,
                                  bool each_site);

struct AblationOutcome {
  Ablation ablation;
  double loss = 0.0;   // nats a token, over the same batches as the baseline
  double delta = 0.0;  // loss less the baseline's: above 0 where the model is worse for it
};

struct AblationStudy {
  double baseline_loss = 0.0;
  std::vector<AblationOutcome> interventions;  // in the order that was given
};

// Changes nothing of the trainer. The model must have sites, and there must be a batch. Token means
// are those of the model as it is, without any intervention.
AblationStudy Ablate(Trainer& trainer, std::span<const Batch> batches,
                     std::span<const Ablation> ablations);

}  // namespace mhc
