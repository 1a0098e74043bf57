// How long a training step takes on this machine: what its configuration makes it do, and what a
// sweep of the machine has found that to cost.
//
// Thread rule: plain values; pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

// What one training step does, by the cost model of core/plan/plan.h.
struct StepWork {
  double sublayers = 0.0;         // how many there are
  double gflop = 0.0;             // of all but the mixing, forward and backward, 10⁹ operations
  double parameters = 0.0;        // millions
  double mixing_gflop = 0.0;      // of the sites; 0 in a residual run
  double mixing_gigabytes = 0.0;  // that the sites or the residual additions move, both ways
};
StepWork WorkOf(const Configuration& configuration);

// One configuration as a sweep measured it.
struct SweepPoint {
  bool is_residual = false;
  std::int64_t channels = 0, streams = 1, blocks = 0, tokens = 0, threads = 1;
  StepWork work;
  double step_ms = 0.0;     // median
  double mixing_ms = 0.0;   // coefficients, constraint, reading, writing, mixing; or the additions
  double memory_mib = 0.0;  // resident at most; 0 where the system does not tell
};

// The sizes, threads and work of a configuration; nothing is measured yet.
SweepPoint PointOf(const Configuration& configuration);

// step_ms = a · (1, sublayers, gflop, parameters) + b · (sublayers, gflop and gigabytes of the
// mixing), with no coefficient below zero, for one number of threads.
class StepTimeFit {
 public:
  // Least squares of the relative differences over the points with that many threads. Error where
  // there are fewer points than coefficients.
  static Result<StepTimeFit> Of(std::span<const SweepPoint> points, std::int64_t threads);

  double StepMs(const StepWork& work) const { return RestMs(work) + MixingMs(work); }
  double MixingMs(const StepWork& work) const;
  double RestMs(const StepWork& work) const;

  // Relative differences between fit and measurement over the points.
  double median_error() const { return median_error_; }
  double largest_error() const { return largest_error_; }

 private:
  std::array<double, 4> rest_{};
  std::array<double, 3> mixing_{};
  double median_error_ = 0.0, largest_error_ = 0.0;
};

}  // namespace mhc
