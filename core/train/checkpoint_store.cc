#include "core/train/checkpoint_store.h"

namespace mhc {

namespace fs = std::filesystem;

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
  const fs::path path = folder_.checkpoint_path(state.step);
  const auto known = reasons_.find(state.step);
  if (known == reasons_.end()) {
    if (auto status = writer_.Sync(); !status) return status;
    std::error_code error;
    // A complete folder that the record does not know: the process died between the two.
    if (!fs::is_directory(path, error)) {
      if (auto status = SaveCheckpoint(path, state, trainer); !status) return status;
    }
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
    std::error_code error;
    fs::remove_all(folder_.checkpoint_path(regular[i]), error);
    if (error) {
      return Fail("{}: cannot be removed: {}", folder_.checkpoint_path(regular[i]).string(),
                  error.message());
    }
    reasons_.erase(regular[i]);
  }
  return {};
}

Result<CheckpointStore::Loaded> CheckpointStore::LoadNewest(Trainer& trainer) {
  std::vector<std::string> damaged;
  std::vector<std::int64_t> damaged_steps;
  for (auto it = reasons_.rbegin(); it != reasons_.rend(); ++it) {
    const fs::path path = folder_.checkpoint_path(it->first);
    auto state = ReadTrainingState(path);
    const Status loaded =
        state ? LoadCheckpoint(path, *state, trainer) : Status(tl::unexpected(state.error()));
    if (!loaded) {
      damaged.push_back(loaded.error().message);
      damaged_steps.push_back(it->first);
      continue;
    }
    for (const std::int64_t step : damaged_steps) {
      if (auto aside = SetAside(step, ".damaged"); !aside) return tl::unexpected(aside.error());
      if (auto removed = writer_.RemoveCheckpoint(step); !removed) {
        return tl::unexpected(removed.error());
      }
    }
    return Loaded{std::move(*state), std::move(damaged)};
  }
  return Fail("{}: no checkpoint that can be read{}{}", folder_.path().string(),
              damaged.empty() ? "" : "; the newest one: ", damaged.empty() ? "" : damaged.front());
}

// Gives the folder of a step another name, with a number behind it where that is taken.
Status CheckpointStore::SetAside(std::int64_t step, const std::string& ending) {
  const fs::path path = folder_.checkpoint_path(step);
  fs::path aside = path;
  aside += ending;
  std::error_code error;
  for (int i = 2; fs::exists(fs::symlink_status(aside, error)); ++i) {
    aside = path;
    aside += fmt::format("{}-{}", ending, i);
  }
  fs::rename(path, aside, error);
  if (error) return Fail("{}: cannot be renamed: {}", path.string(), error.message());
  reasons_.erase(step);
  return {};
}

Status CheckpointStore::SetAsideAfter(std::int64_t step, std::int64_t segment) {
  for (auto it = reasons_.upper_bound(step); it != reasons_.end();
       it = reasons_.upper_bound(step)) {
    if (auto aside = SetAside(it->first, fmt::format(".undone-{}", segment)); !aside) return aside;
  }
  return {};
}

}  // namespace mhc
