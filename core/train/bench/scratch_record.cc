#include "core/train/bench/scratch_record.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/formats/small_file.h"
#include "core/record/record/unix_time.h"
#include "core/record/run/run_folder.h"
#include "core/train/bench/stopwatch.h"

namespace mhc {

ScratchRecord::ScratchRecord(ScratchRecord&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), writer_(std::exchange(other.writer_, {})) {}

ScratchRecord::~ScratchRecord() {
  writer_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<ScratchRecord> ScratchRecord::Create(const Configuration& configuration) {
  std::error_code error;
  const std::filesystem::path place = std::filesystem::temp_directory_path(error);
  if (error) return Fail("no place for temporary files: {}", error.message());
  std::string name = (place / "mhc-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return Fail("{}: cannot be written: {}", place.string(), std::strerror(errno));
  }
  ScratchRecord record{std::filesystem::path(name)};
  const auto folder = RunFolder::Create(record.folder_ / "run", configuration);
  if (!folder) return tl::unexpected(folder.error());
  RunDescription description;
  description.id = RandomHexadecimal(16);
  description.name = configuration.name;
  description.created = UnixNow();
  description.steps = configuration.train.steps;
  description.tokens_per_step = configuration.train.batch * configuration.model.context;
  description.sites = configuration.SiteCount();
  description.streams = configuration.StreamCount();
  auto writer = RecordWriter::Create(folder->record_path(), description);
  if (!writer) return tl::unexpected(writer.error());
  record.writer_.emplace(*std::move(writer));
  return record;
}

Result<double> ScratchRecord::Append(const StepRecord& record) {
  const Stopwatch watch(torch::kCPU);
  const auto status = writer_->AppendStep(record);
  const double append_ms = watch.Milliseconds();
  if (!status) return tl::unexpected(status.error());
  return append_ms;
}

}  // namespace mhc
