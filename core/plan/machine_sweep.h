// What a sweep found of this machine, kept in the user's cache: written by `mhc bench --sweep`,
// read by whoever says what a run will take.
//
// Thread rule: plain values; the functions may be called from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/plan/step_time.h"
#include "core/result.h"

namespace mhc {

struct MachineSweep {
  std::string machine;          // as ThisMachine says it
  std::string program_version;  // that measured
  double made = 0.0;            // Unix seconds
  std::vector<SweepPoint> points;
};

// The processor's name and how many cores this process may run on: "AMD EPYC, 2 cores".
std::string ThisMachine();

// $XDG_CACHE_HOME/mhc-lab/sweep.json, else below ~/.cache.
std::filesystem::path SweepFile();

Status WriteSweep(const std::filesystem::path& file, const MachineSweep& sweep);
// Error names the file and what is wrong with it; one that is not there says how to make it.
Result<MachineSweep> ReadSweep(const std::filesystem::path& file);

// How long a step of this configuration takes here, with the number of threads that it would have.
struct StepTime {
  double step_ms = 0.0, mixing_ms = 0.0;
  double median_error = 0.0, largest_error = 0.0;  // of the fit, relative
};
// Error: no sweep, one of another machine, or none with that many threads; a sentence that ends
// with what to do.
Result<StepTime> PredictStepTime(const Configuration& configuration,
                                 const std::filesystem::path& file = SweepFile());

}  // namespace mhc
