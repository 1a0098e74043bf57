// Changing the constraint of a live model: how the new logits are started (keep_logits,
// match_matrix, blend), and how far H_res moved.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/model/decoder.h"
#include "core/record/intervention/intervention.h"
#include "core/result.h"

namespace mhc {

// The mean over the probe's tokens of one site's maps, in float64.
struct MeanMaps {
  at::Tensor res_NN;
  at::Tensor logits_K;  // undefined where the constraint has none
};
using SiteMeans = std::vector<MeanMaps>;  // one a site of the model

struct ConstraintChange {
  std::vector<double>
      unmatched_by_site;  // ‖H(fit) − H̄‖_F, in the order of the sites; 0 for keep_logits
};

// Sites as given, or all of the model where `sites` is empty.
std::vector<std::int64_t> SitesOrAll(const std::vector<std::int64_t>& sites, const Decoder& model);

// Error (and nothing changed) where the constraint does not allow the model's streams, where
// keep_logits meets another count or order of logits, or where a blend meets one that still goes
// on.
Status CheckConstraintChange(const Decoder& model, const std::vector<std::int64_t>& sites,
                             const ConstraintChoice& choice, const Transfer& transfer,
                             std::int64_t streams);

// Error (and nothing changed) where a fit would start from maps that are not finite.
Status CheckMeans(const Decoder& model, const std::vector<std::int64_t>& sites,
                  const Transfer& transfer, const SiteMeans& means);

// After checks that passed. `means` holds the token means of every site right before; `finished`
// is the number of finished steps. From `harmonized` to itself the scale goes on from where it is,
// unless the choice has one below the start of 1. The optimizer must be rebuilt afterwards.
ConstraintChange ChangeConstraint(Decoder& model, const std::vector<std::int64_t>& sites,
                                  const ConstraintChoice& choice, const Transfer& transfer,
                                  const SiteMeans& means, std::int64_t finished);

}  // namespace mhc
