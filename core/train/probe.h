// The probe: what is measured of a step, from the trace of its forward pass.
//
// It takes `probe.tokens` fixed positions of the step's batch, gathers on the device what it needs
// into one tensor, reads that back once, and measures in double precision (scalars and snapshot
// arrays each once). It reads a trace and the outcome of a step only, so that probing more or less
// often changes no bit of the training.
#pragma once

#include <torch/torch.h>

#include "core/model/decoder.h"
#include "core/record/configuration.h"
#include "core/record/step_record.h"
#include "core/train/constraint_transfer.h"
#include "core/train/mixing_measures.h"
#include "core/train/trainer.h"

namespace mhc {

class Probe {
 public:
  explicit Probe(const Configuration& configuration);

  bool ScalarsAt(std::int64_t step) const { return step % settings_.every == 0; }
  bool SnapshotAt(std::int64_t step) const { return step % settings_.snapshot_every == 0; }

  // Sets the mixing columns of the step.
  void MeasureScalars(const ForwardTrace& trace, StepRecord& record) const;
  // Sets the snapshots: every kind of which the trace has the parts; those of maps where there are
  // sites.
  void MeasureSnapshots(const ForwardTrace& trace, const StepOutcome& outcome,
                        StepRecord& record) const;
  // The token means that a transfer starts from.
  SiteMeans Means(const ForwardTrace& trace) const;

 private:
  // Positions of a [B, T, …] tensor (or a broadcast of one without B and T) as [tokens, …].
  at::Tensor Select(const at::Tensor& t, std::int64_t inner_dimensions) const;
  at::Tensor StackMaps(const ForwardTrace& trace) const;  // H_res [sites, tokens, n, n]

  class Pack;
  void PackStreams(const ForwardTrace& trace, Pack& pack) const;
  void PackCoefficients(const ForwardTrace& trace, Pack& pack) const;
  void PackBranches(const ForwardTrace& trace, Pack& pack) const;
  void PackGradients(const ForwardTrace& trace, Pack& pack) const;
  void PackParameters(const ForwardTrace& trace, Pack& pack) const;
  at::Tensor DynamicRatio(const at::Tensor& raw_BTK, const at::Tensor& bias_K) const;

  ProbeSettings settings_;
  at::Tensor positions_;  // of the flattened [B·T], int64
};

}  // namespace mhc
