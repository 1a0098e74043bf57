#include "core/train/checkpoint_store.h"

#include <set>

#include "core/record/run/run_checkpoint.h"

namespace mhc {

CheckpointStore::CheckpointStore(OpenFolder run, std::int64_t keep, RecordWriter& writer,
                                 const std::vector<CheckpointRow>& rows)
    : run_(std::move(run)), keep_(keep), writer_(writer) {
  const auto checkpoints = Open();
  if (!checkpoints) return;
  for (const CheckpointRow& row : rows) {
    if (checkpoints->HoldsFolder(CheckpointName(row.step))) reasons_[row.step] = row.reason;
  }
}

Status CheckpointStore::Reconcile(RecordReader& reader, std::int64_t furthest) {
  const auto checkpoints = Open();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  const auto rows = reader.AllCheckpoints();
  if (!rows) return tl::unexpected(rows.error());
  std::set<std::int64_t> left, removed;  // of the record: there, and taken away
  for (const CheckpointRow& row : *rows) {
    (row.removed ? removed : left).insert(row.step);
    const bool gone = !row.removed && !checkpoints->Holds(CheckpointName(row.step));
    if (!gone) continue;
    if (auto noted = writer_.RemoveCheckpoint(row.step); !noted) return noted;
  }
  const auto names = checkpoints->Names();
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto step = CheckpointStep(name);
    const bool interrupted =
        name.ends_with(".partial") || (step && removed.contains(*step) && !left.contains(*step));
    Status done;
    if (interrupted) {
      done = checkpoints->RemoveFolder(name);
    } else if (step && *step <= furthest && !left.contains(*step)) {
      done = TakeIn(*checkpoints, *step);
    }
    if (!done) return done;
  }
  return {};
}

// What is not that step's state is left as it stands; a save of the step replaces it.
Status CheckpointStore::TakeIn(const OpenFolder& checkpoints, std::int64_t step) {
  const auto folder = checkpoints.Inside(CheckpointName(step));
  if (!folder || !ReadTrainingState(*folder, step)) return {};
  const std::string reason = step == 0 ? "start" : "regular";
  if (auto noted = writer_.AppendCheckpoint(step, reason); !noted) return noted;
  reasons_[step] = reason;
  return {};
}

Status CheckpointStore::Save(const TrainingState& state, const std::string& reason,
                             Trainer& trainer) {
  const auto known = reasons_.find(state.step);
  if (known == reasons_.end()) {
    const std::string name = CheckpointName(state.step);
    const auto checkpoints = Open();
    if (!checkpoints) return FailWithin(name, checkpoints.error());
    if (auto status = writer_.Sync(); !status) return status;
    if (auto removed = checkpoints->RemoveFolder(name); !removed) return removed;
    if (auto saved = SaveCheckpoint(*checkpoints, name, state, trainer); !saved) return saved;
  } else if (reason == "regular" || known->second == reason) {
    return {};
  }
  if (auto status = writer_.AppendCheckpoint(state.step, reason); !status) return status;
  reasons_[state.step] = reason;
  return Retain();
}

Status CheckpointStore::Retain() {
  if (keep_ == 0) return {};
  std::vector<std::int64_t> regular;
  for (const auto& [step, reason] : reasons_) {
    if (reason == "regular") regular.push_back(step);
  }
  const auto keep = static_cast<std::size_t>(keep_);
  if (regular.size() <= keep) return {};
  regular.resize(regular.size() - keep);
  for (const std::int64_t step : regular) {
    if (auto status = writer_.RemoveCheckpoint(step); !status) return status;
  }
  if (auto status = writer_.Sync(); !status) return status;
  const auto checkpoints = Open();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  for (const std::int64_t step : regular) {
    reasons_.erase(step);
    if (auto removed = checkpoints->RemoveFolder(CheckpointName(step)); !removed) return removed;
  }
  return {};
}

Result<CheckpointStore::Loaded> CheckpointStore::LoadNewest(Trainer& trainer, std::int64_t before) {
  const auto checkpoints = Open();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  std::vector<std::string> damaged;
  std::vector<std::int64_t> damaged_steps;
  const bool has_one_before = !empty() && reasons_.begin()->first < before;
  for (auto it = reasons_.rbegin(); it != reasons_.rend(); ++it) {
    const std::int64_t step = it->first;
    if (has_one_before ? step >= before : step != reasons_.begin()->first) continue;
    const auto folder = checkpoints->Inside(CheckpointName(step));
    auto state = folder ? ReadTrainingState(*folder, step) : tl::unexpected(folder.error());
    const Status loaded =
        state ? LoadCheckpoint(*folder, *state, trainer) : Status(tl::unexpected(state.error()));
    if (!loaded) {
      damaged.push_back(loaded.error().message);
      damaged_steps.push_back(step);
      continue;
    }
    for (const std::int64_t one : damaged_steps) {
      if (auto aside = SetAside(one, ".damaged"); !aside) return tl::unexpected(aside.error());
    }
    if (auto left = LeaveThoseAfter(step); !left) return tl::unexpected(left.error());
    return Loaded{std::move(*state), std::move(damaged)};
  }
  return Fail("{}: no checkpoint that can be read{}{}", checkpoints->path().string(),
              damaged.empty() ? "" : "; the newest one: ", damaged.empty() ? "" : damaged.front());
}

Status CheckpointStore::LeaveThoseAfter(std::int64_t step) {
  const auto checkpoints = Open();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  while (!empty() && reasons_.rbegin()->first > step) {
    const auto [later, reason] = *reasons_.rbegin();
    if (reason != "regular") {
      if (auto aside = SetAside(later, ".left"); !aside) return aside;
      continue;
    }
    reasons_.erase(later);
    if (auto noted = writer_.RemoveCheckpoint(later); !noted) return noted;
    if (auto gone = checkpoints->RemoveFolder(CheckpointName(later)); !gone) return gone;
  }
  return {};
}

// With a number behind it where the name is taken.
Status CheckpointStore::SetAside(std::int64_t step, const std::string& ending) {
  const auto checkpoints = Open();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  const std::string name = CheckpointName(step);
  std::string aside = name + ending;
  for (int i = 2; checkpoints->Holds(aside); ++i) aside = fmt::format("{}{}-{}", name, ending, i);
  if (auto renamed = checkpoints->Rename(name, aside); !renamed) return renamed;
  reasons_.erase(step);
  return writer_.RemoveCheckpoint(step);
}

}  // namespace mhc
