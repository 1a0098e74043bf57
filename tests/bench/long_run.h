// A finished run of 100,000 steps with every scalar, made for a benchmark and removed at its end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"

namespace mhc {

inline constexpr std::int64_t kLongRunSteps = 100000;

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
    description.steps = kLongRunSteps;
    description.tokens_per_step = 256;
    auto writer = RecordWriter::Create(folder->record_path(), description);
    StepRecord record;
    for (record.step = 1; record.step <= kLongRunSteps; ++record.step) {
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

}  // namespace mhc
