// A run folder in the system's place for temporary files, to time what a run's record costs.
//
// Thread rule: one thread.
#pragma once

#include <filesystem>
#include <optional>

#include "core/record/configuration/configuration.h"
#include "core/record/record/record_writer.h"
#include "core/result.h"

namespace mhc {

class ScratchRecord {
 public:
  // A folder of its own below $TMPDIR (/tmp), with the record of a run of this configuration.
  static Result<ScratchRecord> Create(const Configuration& configuration);
  ScratchRecord(ScratchRecord&&) noexcept;
  ScratchRecord& operator=(ScratchRecord&&) = delete;
  ~ScratchRecord();  // removes the folder

  // Milliseconds of the row's transaction.
  Result<double> Append(const StepRecord& record);

 private:
  explicit ScratchRecord(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;  // empty where another took it over
  std::optional<RecordWriter> writer_;
};

}  // namespace mhc
