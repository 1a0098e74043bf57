#include "core/record/run/run_repair.h"

#include <map>
#include <optional>

#include "core/record/record/record_reader.h"
#include "core/record/record/record_writer.h"
#include "core/record/run/checkpoint_check.h"
#include "core/record/run/run_checkpoint.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

class Repair {
 public:
  Repair(const OpenFolder& run, bool only_look) : run_(run), only_look_(only_look) {}

  // Nothing is written into a record whose pages are damaged.
  Status LookAtRecord(const RunFolder& folder) {
    auto reader = RecordReader::Open(folder.record_path());
    if (!reader) return tl::unexpected(reader.error());
    const auto damage = reader->Damage();
    if (!damage) return tl::unexpected(damage.error());
    for (const std::string& sentence : *damage) {
      report_.problems.push_back(folder.record_path().string() + ": " + sentence);
    }
    const auto rows = reader->Checkpoints();
    if (!rows) return tl::unexpected(rows.error());
    for (const CheckpointRow& row : *rows) rows_[row.step] = row.reason;
    const auto furthest = reader->FurthestStep();
    if (!furthest) return tl::unexpected(furthest.error());
    furthest_ = *furthest;
    if (!damage->empty() || only_look_) return {};
    auto writer = RecordWriter::Open(run_);
    if (!writer) return tl::unexpected(writer.error());
    writer_.emplace(*std::move(writer));
    const auto state = reader->State();
    if (state) state_ = *state;
    return {};
  }

  Status LookAtIndex(const RunFolder& folder) {
    if (!writer_) return {};
    const auto was_wrong = writer_->MendIndex();
    if (!was_wrong) return tl::unexpected(was_wrong.error());
    if (!*was_wrong) return {};
    return Found(folder.record_path().string() + ": the index is not that of the rows",
                 "the index was folded again from the rows", [] { return Status(); });
  }

  Status LookAtCheckpoints() {
    const auto checkpoints = run_.Inside("checkpoints");
    if (!checkpoints) return tl::unexpected(checkpoints.error());
    const auto names = checkpoints->Names();
    if (!names) return tl::unexpected(names.error());
    for (const std::string& name : *names) {
      if (auto looked = LookAtFolder(*checkpoints, name); !looked) return looked;
    }
    for (const auto& [step, reason] : rows_) {
      const std::string name = CheckpointName(step);
      if (checkpoints->HoldsFolder(name) || checkpoints->Holds(name + ".damaged")) continue;
      auto looked =
          Found(name + ": is in the record and not in the folder", name + ": the record forgot it",
                [this, step = step] { return writer_->RemoveCheckpoint(step); });
      if (!looked) return looked;
    }
    return {};
  }

  // What it said before it was opened for writing.
  Status End() {
    if (!writer_) return {};
    if (!state_) return writer_->Sync();
    return writer_->Close(*state_);
  }

  RepairReport TakeReport() { return std::move(report_); }

 private:
  template <class Mend>
  Status Found(const std::string& problem, const std::string& repaired, Mend&& mend) {
    report_.problems.push_back(problem);
    if (!writer_) return {};
    if (auto mended = mend(); !mended) return mended;
    report_.repaired.push_back(repaired);
    return {};
  }

  Status LookAtFolder(const OpenFolder& checkpoints, const std::string& name) {
    if (name.ends_with(".partial")) {
      return Found(name + ": a save that did not end", name + ": was removed",
                   [&] { return checkpoints.RemoveFolder(name); });
    }
    const auto step = CheckpointStep(name);
    if (!step) return {};
    const auto folder = checkpoints.Inside(name);
    const Status sound =
        folder ? CheckCheckpoint(*folder, *step) : Status(tl::unexpected(folder.error()));
    if (!sound) {
      return Found(sound.error().message, name + ": was set aside as " + name + ".damaged",
                   [&]() -> Status { return SetAside(checkpoints, name, *step); });
    }
    report_.kept.push_back(name);
    if (rows_.contains(*step) || *step > furthest_) return {};
    return Found(
        name + ": is complete, and the record does not know it", name + ": was noted in the record",
        [&] { return writer_->AppendCheckpoint(*step, *step == 0 ? "start" : "regular"); });
  }

  Status SetAside(const OpenFolder& checkpoints, const std::string& name, std::int64_t step) {
    std::string aside = name + ".damaged";
    for (int i = 2; checkpoints.Holds(aside); ++i) aside = fmt::format("{}.damaged-{}", name, i);
    if (auto renamed = checkpoints.Rename(name, aside); !renamed) return renamed;
    return rows_.contains(step) ? writer_->RemoveCheckpoint(step) : Status();
  }

  const OpenFolder& run_;
  const bool only_look_;
  RepairReport report_;
  std::optional<RecordWriter> writer_;
  std::optional<RunState> state_;
  std::map<std::int64_t, std::string> rows_;
  std::int64_t furthest_ = 0;
};

}  // namespace

Result<RepairReport> RepairRun(const std::filesystem::path& run, bool only_look) {
  const auto folder = RunFolder::Open(run);
  if (!folder) return tl::unexpected(folder.error());
  std::optional<RunLock> lock;
  if (!only_look) {
    auto taken = folder->Lock();
    if (!taken) return tl::unexpected(taken.error());
    lock.emplace(*std::move(taken));
  }
  const auto place = OpenFolder::OpenNamed(run);
  if (!place) return tl::unexpected(place.error());
  Repair repair(lock ? lock->folder() : *place, only_look);
  if (auto looked = repair.LookAtRecord(*folder); !looked) return tl::unexpected(looked.error());
  if (auto looked = repair.LookAtIndex(*folder); !looked) return tl::unexpected(looked.error());
  if (auto looked = repair.LookAtCheckpoints(); !looked) return tl::unexpected(looked.error());
  if (auto ended = repair.End(); !ended) return tl::unexpected(ended.error());
  return repair.TakeReport();
}

}  // namespace mhc
