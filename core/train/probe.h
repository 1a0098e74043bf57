// The probe: what is measured of a step, from the trace of its forward pass.
//
// It looks at `probe.tokens` fixed positions of the step's batch, gathers on the device what it
// needs of them, reads it back (the scalars of a step in one part, its snapshot in another), and
// measures in double precision. It reads a trace and the outcome of a step only, so that probing
// more or less often changes no bit of the training.
#pragma once

#include <torch/torch.h>

#include "core/model/decoder.h"
#include "core/record/configuration/configuration.h"
#include "core/record/record/step_record.h"
#include "core/train/constraint_transfer.h"
#include "core/train/mixing_measures.h"
#include "core/train/trainer.h"

namespace mhc {

class Probe {
 public:
  explicit Probe(const Configuration& configuration);

  // Where to look, for a trace that keeps no more: [P] int64 in the flattened [B·T].
  const at::Tensor& positions() const { return positions_; }

  bool ScalarsAt(std::int64_t step) const { return step % settings_.every == 0; }
  // The first step has one, so that nobody waits for it, and so has the last.
  bool SnapshotAt(std::int64_t step) const {
    return step == 1 || step == steps_ || step % settings_.snapshot_every == 0;
  }

  // Each takes a trace of the probe's positions or of all tokens, to the same result.
  // Sets the mixing columns of the step.
  void MeasureScalars(const ForwardTrace& trace, StepRecord& record) const;
  // Sets the snapshots: every kind of which the trace has the parts; those of maps where there are
  // sites.
  void MeasureSnapshots(const ForwardTrace& trace, const StepOutcome& outcome,
                        StepRecord& record) const;
  // The token means that a transfer starts from.
  SiteMeans Means(const ForwardTrace& trace) const;

 private:
  // A trace of the probe's tokens alone.
  ForwardTrace Probed(const ForwardTrace& trace) const;
  // [1, P, …] (or a broadcast of one without tokens) -> [P, …] in float64.
  at::Tensor Tokens(const at::Tensor& t, std::int64_t inner_dimensions) const;
  // The same of every place, with all tokens: [places, P, …].
  at::Tensor StackTokens(std::vector<at::Tensor> by_place, std::int64_t inner_dimensions) const;
  // X Xᵀ of a state [1, P, n, C], and Σ X ∘ X' with the state before, where that is defined.
  struct StateProducts {
    at::Tensor gram_PNN, with_last_P;
  };
  StateProducts ProductsOf(const at::Tensor& state, const at::Tensor& last) const;
  template <class Member>
  static std::vector<at::Tensor> OfSites(const ForwardTrace& trace, Member member);
  at::Tensor LogitRanges(const ForwardTrace& trace) const;

  class Pack;
  void PackStreams(const ForwardTrace& trace, Pack& pack) const;
  void PackCoefficients(const ForwardTrace& trace, Pack& pack) const;
  void PackGradients(const ForwardTrace& trace, Pack& pack) const;
  void PackParameters(const ForwardTrace& trace, Pack& pack) const;
  // Into `ratios` [sites, P], of the sites whose map has a dynamic part: others have no raw values
  // here.
  void AddDynamicRatios(const std::vector<at::Tensor>& raw_BTK,
                        const std::vector<at::Tensor>& bias_K, at::Tensor ratios) const;

  ProbeSettings settings_;
  std::int64_t steps_;  // of the run
  at::Tensor positions_;
};

}  // namespace mhc
