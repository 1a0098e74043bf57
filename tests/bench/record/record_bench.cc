// How long the record of a long run takes to be asked for its status, and to be opened for curves.
#include <benchmark/benchmark.h>

#include "core/record/record/record_reader.h"
#include "core/record/run/run_status.h"
#include "tests/bench/long_run.h"

namespace mhc {
namespace {

const LongRun& Run() {
  static const LongRun run;
  return run;
}

void StatusOfALongRun(benchmark::State& state) {
  const auto path = Run().path();
  for (auto _ : state) benchmark::DoNotOptimize(ReadRunStatus(path));
}
BENCHMARK(StatusOfALongRun)->Unit(benchmark::kMillisecond);

void EveryColumnOfALongRun(benchmark::State& state) {
  const auto path = Run().path() / "record.sqlite";
  for (auto _ : state) {
    auto reader = RecordReader::Open(path);
    for (const StepColumn& column : StepColumns()) {
      benchmark::DoNotOptimize(reader->Column(std::string(column.name), 1, kLongRunSteps));
    }
  }
}
BENCHMARK(EveryColumnOfALongRun)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mhc

BENCHMARK_MAIN();
