// How long a depth study of 64 layers and 400 trials takes for each constraint, on one core.
#include <benchmark/benchmark.h>

#include "core/manifold/depth_study.h"

namespace mhc {
namespace {

void StudyOf(benchmark::State& state, const std::string& constraint) {
  const DepthStudyOptions options{.choice = ChooseConstraint(constraint).value()};
  for (auto _ : state) benchmark::DoNotOptimize(RunDepthStudy(options));
}

}  // namespace
}  // namespace mhc

int main(int count, char** arguments) {
  for (const mhc::MixingConstraint& constraint : mhc::MixingConstraints()) {
    benchmark::RegisterBenchmark(constraint.name.c_str(), mhc::StudyOf, constraint.name)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
