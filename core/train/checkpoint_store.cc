#include "core/train/checkpoint_store.h"

namespace mhc {

namespace fs = std::filesystem;

namespace {

Status RemoveFolder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) return Fail("{}: cannot be removed: {}", folder.string(), error.message());
  return {};
}

}  // namespace

CheckpointStore::CheckpointStore(const RunFolder& folder, RecordWriter& writer,
                                 const std::vector<CheckpointRow>& rows)
    : folder_(folder), writer_(writer) {
  std::error_code error;
  for (const CheckpointRow& row : rows) {
    if (fs::is_directory(folder.checkpoint_path(row.step), error)) reasons_[row.step] = row.reason;
  }
}

Status CheckpointStore::Save(const TrainingState& state, const std::string& reason,
                             Trainer& trainer) {
  const auto known = reasons_.find(state.step);
  if (known == reasons_.end()) {
    if (auto status = writer_.Sync(); !status) return status;
    const fs::path path = folder_.checkpoint_path(state.step);
    if (auto removed = RemoveFolder(path); !removed) return removed;
    if (auto status = SaveCheckpoint(path, state, trainer); !status) return status;
  } else if (reason == "regular" || known->second == reason) {
    return {};
  }
  if (auto status = writer_.AppendCheckpoint(state.step, reason); !status) return status;
  reasons_[state.step] = reason;
  return Retain();
}

Status CheckpointStore::Retain() {
  const std::int64_t keep = folder_.configuration().train.keep_checkpoints;
  if (keep == 0) return {};
  std::vector<std::int64_t> regular;
  for (const auto& [step, reason] : reasons_) {
    if (reason == "regular") regular.push_back(step);
  }
  for (std::size_t i = 0; i + keep < regular.size(); ++i) {
    if (auto status = writer_.RemoveCheckpoint(regular[i]); !status) return status;
    reasons_.erase(regular[i]);
    const fs::path path = folder_.checkpoint_path(regular[i]);
    if (auto removed = RemoveFolder(path); !removed) return removed;
  }
  return {};
}

Result<CheckpointStore::Loaded> CheckpointStore::LoadNewest(Trainer& trainer) {
  std::vector<std::string> damaged;
  std::vector<std::int64_t> damaged_steps;
  for (auto it = reasons_.rbegin(); it != reasons_.rend(); ++it) {
    const fs::path path = folder_.checkpoint_path(it->first);
    auto state = ReadTrainingState(path, it->first);
    const Status loaded =
        state ? LoadCheckpoint(path, *state, trainer) : Status(tl::unexpected(state.error()));
    if (!loaded) {
      damaged.push_back(loaded.error().message);
      damaged_steps.push_back(it->first);
      continue;
    }
    for (const std::int64_t step : damaged_steps) {
      if (auto aside = SetAsideDamaged(step); !aside) return tl::unexpected(aside.error());
    }
    return Loaded{std::move(*state), std::move(damaged)};
  }
  return Fail("{}: no checkpoint that can be read{}{}", folder_.path().string(),
              damaged.empty() ? "" : "; the newest one: ", damaged.empty() ? "" : damaged.front());
}

// Gives the folder of a step another name, with a number behind it where that is taken.
Status CheckpointStore::SetAsideDamaged(std::int64_t step) {
  const fs::path path = folder_.checkpoint_path(step);
  fs::path aside = path;
  aside += ".damaged";
  std::error_code error;
  for (int i = 2; fs::exists(fs::symlink_status(aside, error)); ++i) {
    aside = path;
    aside += fmt::format(".damaged-{}", i);
  }
  fs::rename(path, aside, error);
  if (error) return Fail("{}: cannot be renamed: {}", path.string(), error.message());
  reasons_.erase(step);
  return writer_.RemoveCheckpoint(step);
}

Status CheckpointStore::RemovePartialFolders() {
  std::error_code error;
  std::vector<fs::path> partial;
  for (fs::directory_iterator entry(folder_.checkpoints_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".partial") partial.push_back(entry->path());
  }
  if (error) {
    return Fail("{}: cannot be listed: {}", folder_.checkpoints_path().string(), error.message());
  }
  for (const fs::path& folder : partial) {
    if (auto removed = RemoveFolder(folder); !removed) return removed;
  }
  return {};
}

}  // namespace mhc
