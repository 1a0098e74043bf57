// What `mhc bench` prints of what it measured.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/train/bench/site_bench.h"
#include "core/train/bench/step_bench.h"

namespace mhc {

struct BenchReport {
  Configuration configuration;
  std::string device;
  std::int64_t threads = 1;
  StepBenchSettings settings;
  StepTimes steps;
  SiteTimes site;
};

// One document; what could not be measured is null, with its reason under `left_out`. Thread rule:
// pure functions, as far as the text asks for the width of the terminal only.
nlohmann::ordered_json BenchJson(const BenchReport& report);
std::string BenchText(const BenchReport& report);

}  // namespace mhc
