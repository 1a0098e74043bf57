// How long the record of a long run takes to be asked for its status, and to be opened for curves.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

#include "core/record/record_reader.h"
#include "core/record/record_writer.h"
#include "core/record/run_folder.h"
#include "core/record/run_status.h"

namespace mhc {
namespace {

constexpr std::int64_t kSteps = 100000;

// A finished run of kSteps steps with every scalar, made once and removed at the end.
class LongRun {
 public:
  LongRun() {
    std::string name = (std::filesystem::temp_directory_path() / "mhc-bench-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    scratch_ = name;
    const auto configuration = LoadConfiguration("tiny", {});
    const auto folder = RunFolder::Create(scratch_ / "run", *configuration);
    RunDescription description;
    description.id = "bench";
    description.steps = kSteps;
    description.tokens_per_step = 256;
    auto writer = RecordWriter::Create(folder->record_path(), description);
    StepRecord record;
    for (record.step = 1; record.step <= kSteps; ++record.step) {
      for (auto& value : record.values) value = 1.0 / static_cast<double>(record.step);
      if (!writer->AppendStep(record)) throw std::runtime_error("no step");
    }
    if (!writer->Close(RunState::kFinished)) throw std::runtime_error("no end");
  }
  ~LongRun() { std::filesystem::remove_all(scratch_); }
  std::filesystem::path path() const { return scratch_ / "run"; }

 private:
  std::filesystem::path scratch_;
};

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
      benchmark::DoNotOptimize(reader->Column(std::string(column.name), 1, kSteps));
    }
  }
}
BENCHMARK(EveryColumnOfALongRun)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mhc

BENCHMARK_MAIN();
