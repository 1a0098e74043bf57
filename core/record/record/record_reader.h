// Reads record.sqlite: live, finished, in a read-only folder, or left by a killed engine alike.
//
// Opens read-only; where there is no -wal, as immutable; otherwise, in a folder that may not be
// written, from a copy in the temporary folder. Records of strangers: trusted_schema=OFF, defensive
// mode. Readers show the latest segment of each step. Thread rule: one thread an object.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/record/intervention/intervention.h"
#include "core/record/record/run_description.h"
#include "core/record/record/step_record.h"
#include "core/result.h"

namespace mhc {

struct Alert {
  std::int64_t segment = 0, step = 0;
  std::string kind, text;
  double time = 0.0;
};

struct CheckpointRow {
  std::int64_t segment = 0, step = 0;
  std::string reason;
  double time = 0.0;
  bool removed = false;  // retention took it away, or going back left it
};

struct SegmentRow {
  std::int64_t id = 0;
  std::int64_t first_step = 0;  // finished steps where it began: its rows are first_step + 1…
  std::string reason;           // "start", "resume", "roll_back"
};

struct ColumnRange {
  std::int64_t first_step = 1;  // step of values[0]
  std::vector<double> values;   // one a step; NaN both for NaN and for "not measured"
};

struct Extremes {
  double minimum = 0.0, maximum = 0.0;  // of the finite values
  std::int64_t finite = 0, non_finite = 0;
};

class RecordReader {
 public:
  // Error names the file and what is wrong: missing, not a database, damaged, of another program,
  // of a newer schema version (with both versions).
  static Result<RecordReader> Open(const std::filesystem::path& file);
  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;
  ~RecordReader();

  // True where another process committed since the last call (PRAGMA data_version); the first call
  // is true. A reader of an immutable file or of a copy looks at the times and sizes of the files
  // and opens the record anew where they changed, as after a resume.
  Result<bool> Changed();

  Result<RunDescription> Description();
  Result<RunState> State();
  Result<std::optional<std::string>> Meta(const std::string& key);
  Result<std::vector<SegmentRow>> Segments();
  Result<std::int64_t> LastStep();  // of the latest timeline; 0 where there is none
  // The furthest step that training came to since it last rolled back, hidden by a resume or not.
  Result<std::int64_t> FurthestStep();
  // Rows of the latest timeline with first <= step <= last, ascending; no snapshots.
  Result<std::vector<StepRecord>> Rows(std::int64_t first, std::int64_t last);
  // The first `limit` rows of the latest timeline with step >= first, ascending; no snapshots. The
  // cost is that of the rows, however far apart a stranger's steps lie.
  Result<std::vector<StepRecord>> RowsFrom(std::int64_t first, int limit);
  // In the order in which they were written, after (segment, step); at most `limit`.
  Result<std::vector<StepRecord>> RowsAfter(std::int64_t segment, std::int64_t step, int limit);
  // One column of the latest timeline, from finished chunks where there are, else from rows.
  Result<ColumnRange> Column(const std::string& name, std::int64_t first, std::int64_t last);
  Result<Extremes> ColumnExtremes(const std::string& name);
  // The newest value of a column that is measured now and then; empty where there is none.
  Result<std::optional<double>> LastValue(const std::string& name);
  // The snapshot of the latest timeline at or before `step`; empty where there is none.
  struct StepSnapshot {
    std::int64_t step = 0;
    Snapshot snapshot;
  };
  Result<std::optional<StepSnapshot>> SnapshotAt(const std::string& kind, std::int64_t step);
  Result<std::vector<std::int64_t>> SnapshotSteps(const std::string& kind);
  Result<std::vector<Intervention>> Interventions();  // by number
  Result<std::optional<Intervention>> FindIntervention(const std::string& request_id);
  Result<std::vector<Alert>> Alerts();
  // Those that were not removed, of the latest timeline, ascending by step.
  Result<std::vector<CheckpointRow>> Checkpoints();
  Result<std::vector<CheckpointRow>> AllCheckpoints();  // as they were noted
  // What SQLite finds wrong with the pages, in its words, the first twenty; reads all of the file.
  Result<std::vector<std::string>> Damage();

 private:
  struct State_;
  explicit RecordReader(std::unique_ptr<State_> state);
  std::unique_ptr<State_> state_;
};

}  // namespace mhc
