// Appends to record.sqlite. One writer a run: the caller holds the run's lock.
//
// SQLite in WAL mode with synchronous=NORMAL: what was committed survives the death of the process;
// Sync() makes it survive that of the machine. Every call is one transaction, which is done whole
// or not at all, and may be tried again. Thread rule: one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/formats/open_folder.h"
#include "core/record/intervention/intervention.h"
#include "core/record/record/run_description.h"
#include "core/record/record/step_record.h"
#include "core/result.h"

namespace mhc {

class RecordWriter {
 public:
  // A new record with its description, state `created`, and segment 0 begun at step 0.
  static Result<RecordWriter> Create(const std::filesystem::path& file,
                                     const RunDescription& description);
  // An existing record of this schema version or an older one; begins no segment.
  static Result<RecordWriter> Open(const std::filesystem::path& file);
  // The same of record.sqlite in a run's folder, wherever that is moved afterwards.
  static Result<RecordWriter> Create(const OpenFolder& run, const RunDescription& description);
  static Result<RecordWriter> Open(const OpenFolder& run);
  RecordWriter(RecordWriter&&) noexcept;
  RecordWriter& operator=(RecordWriter&&) noexcept;
  ~RecordWriter();

  // Asked where a write was refused for a reason that may pass, as often as it is: true where it is
  // to be tried again. Without one every refusal is returned.
  using Patience = std::function<bool(const Error& refusal)>;
  void WaitWith(Patience patience);

  // Training goes back to `step` finished steps, or on from it after a stop. Rows that follow
  // belong to the new segment; nothing is deleted. `reason`: "resume". Of `refused`, whose
  // outcome was recorded as applied, it becomes the refusal that is given, in the same transaction.
  Status BeginSegment(std::int64_t step, const std::string& reason,
                      std::span<const Intervention> refused = {});
  // The same for a roll back, with what the guard changes at its beginning; the applied
  // interventions of a step >= `step` that a roll back takes away are marked undone.
  Status BeginRollBack(std::int64_t step, const Intervention& guard);
  std::int64_t segment() const;

  // The step's row, its snapshots, and, when a span of 4,096 steps is finished, its chunks.
  Status AppendStep(const StepRecord& record);
  // Idempotent by the request's id: a second outcome of the same id is not written. `maps_before`,
  // the maps right before it, becomes the snapshot of its step in the same transaction.
  Status AppendIntervention(const Intervention& intervention,
                            const std::optional<Snapshot>& maps_before = std::nullopt);
  // The number of the newest intervention in the record; 0 where there is none.
  std::int64_t last_intervention() const;
  // A snapshot of a step that is recorded already (or of step 0), in place of one of that kind.
  Status ReplaceSnapshot(std::int64_t step, const Snapshot& snapshot);
  Status AppendAlert(std::int64_t step, const std::string& kind, const std::string& text);
  // `reason`: "start", "regular", "intervention", "request", "stop", "final".
  Status AppendCheckpoint(std::int64_t step, const std::string& reason);
  Status RemoveCheckpoint(std::int64_t step);  // retention took it away
  Status SetState(RunState state);
  Status SetMeta(const std::string& key, const std::string& value);
  // Of the model as it is now, `mixing` of them of its mixing.
  Status SetParameters(std::int64_t all, std::int64_t mixing);
  // Folds the index `chunk` again from the rows where it is not what they say: true where it was
  // not.
  Result<bool> MendIndex();
  // Commits with the write-ahead log flushed to the disk.
  Status Sync();
  // State, checkpoint of the log, journal_mode=DELETE: the file then opens from read-only places.
  // Where a reader is attached SQLite keeps the (empty) log, which is no error. Nothing but the
  // destructor may be called afterwards.
  Status Close(RunState state);

 private:
  struct Place;
  struct State;
  static Result<RecordWriter> CreateAt(const Place& place, const RunDescription& description);
  static Result<RecordWriter> OpenAt(const Place& place);
  explicit RecordWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mhc
