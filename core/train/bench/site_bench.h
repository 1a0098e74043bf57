// One hyper-connection site alone, forward and backward, by each of its kernels, beside the
// ceilings of the machine that it runs on: how far the site is from what the machine allows.
//
// Thread rule: one thread, with as many of LibTorch's as it has been given.
#pragma once

#include <torch/torch.h>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

// What a site needs, forward and backward, for all tokens of a step.
struct SiteWork {
  double flops = 0.0;  // of predictors, reading, writing and mixing; the constraint is not counted
  double bytes = 0.0;  // that its fused kernels move, each array once
};

struct MachineCeilings {
  double gflops = 0.0;                // a float32 product of matrices, 1024 × 1024 × 1024
  double gigabytes_per_second = 0.0;  // a copy of 64 MiB, what it reads and writes
};

// Medians of passes that take turns; 1 GB is 1e9 bytes.
struct SiteTimes {
  double reference_ms = 0.0;
  Result<double> fused_ms;  // the reason where the kernels cannot do this site
  SiteWork work;
  MachineCeilings machine;

  Result<double> ReferenceOverFused() const;
  // The time that the work takes at the ceiling that bounds it, over that of the fused site.
  Result<double> RooflineShare() const;
};

// Site 0 of the configuration, which has sites, on random streams of its batch, context and type.
// The sublayer between reading and writing is the identity.
SiteTimes TimeSite(const Configuration& configuration, const torch::Device& device);

}  // namespace mhc
