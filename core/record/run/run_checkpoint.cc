#include "core/record/run/run_checkpoint.h"

#include <charconv>

#include "core/record/record/record_reader.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-";

Result<RunCheckpoint> NewestOf(RunFolder run) {
  auto reader = RecordReader::Open(run.record_path());
  if (!reader) return tl::unexpected(reader.error());
  const auto rows = reader->Checkpoints();
  if (!rows) return tl::unexpected(rows.error());
  std::error_code error;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
    if (fs::is_directory(run.checkpoint_path(row->step), error)) {
      return RunCheckpoint{std::move(run), row->step};
    }
  }
  return Fail("{}: holds none of the recorded checkpoints, expected at least one",
              run.checkpoints_path().string());
}

}  // namespace

std::string CheckpointName(std::int64_t step) { return fmt::format("{}{:09}", kPrefix, step); }

std::optional<std::int64_t> CheckpointStep(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::int64_t step = -1;
  const char* const last = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data() + kPrefix.size(), last, step);
  if (error != std::errc() || end != last || name != CheckpointName(step)) return std::nullopt;
  return step;
}

Result<RunCheckpoint> FindCheckpoint(const fs::path& given) {
  std::error_code error;
  if (!fs::is_directory(given, error)) {
    return Fail("{}: no such folder, expected a run or one of its checkpoints", given.string());
  }
  if (fs::exists(given / "run.toml", error)) {
    auto run = RunFolder::Open(given);
    if (!run) return tl::unexpected(run.error());
    return NewestOf(*std::move(run));
  }
  fs::path path = fs::absolute(given).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const fs::path run_path = path.parent_path().parent_path();
  const auto step = CheckpointStep(path.filename().string());
  if (!step || !fs::exists(run_path / "run.toml", error)) {
    return Fail("{}: is no checkpoint of a run, expected RUN or RUN/checkpoints/step-000000600",
                given.string());
  }
  auto run = RunFolder::Open(run_path);
  if (!run) return tl::unexpected(run.error());
  RunCheckpoint found{*std::move(run), *step};
  if (found.path() != path) {
    return Fail("{}: is no checkpoint of a run, expected {} for that step", given.string(),
                found.path().string());
  }
  return found;
}

}  // namespace mhc
