// What the reader thread found new in a run, handed over whole to the window's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/record/record/record_reader.h"
#include "core/record/record/run_description.h"

namespace mhc {

// A snapshot that a view asked for: that of `kind` at or before `asked_step`.
struct FetchedSnapshot {
  std::string kind;
  std::int64_t asked_step = 0;
  std::int64_t step = 0;  // of the snapshot; 0 with an empty one where there is none
  Snapshot snapshot;
};

// A kind of snapshot at every step that has one, for pictures over time.
struct SnapshotHistory {
  std::string kind;
  std::vector<std::int64_t> shape;       // of one
  std::vector<std::int64_t> steps;       // ascending
  std::vector<std::vector<float>> data;  // one a step
  std::int64_t revision = 0;             // counts what a document took into it

  // The place of the snapshot nearest to a step, the earlier of two; there is at least one.
  std::size_t Nearest(double step) const;
};

// Columns by index into StepColumns(). Empty optionals say "as before".
struct RunUpdate {
  std::string error;  // why the run cannot be read now; the rest is then empty
  std::shared_ptr<const Configuration> configuration;  // once
  std::optional<RunDescription> description;           // once
  std::optional<RunState> state;
  // Steps from `first_step` on replace what was there: training went back, or on.
  std::int64_t first_step = 0;
  std::vector<std::vector<double>> columns;  // one a StepColumn, each as long as the others
  std::optional<std::vector<Intervention>> interventions;
  std::optional<std::vector<Alert>> alerts;
  std::optional<std::vector<CheckpointRow>> checkpoints;
  std::optional<std::vector<std::int64_t>> snapshot_steps;  // of H_res
  std::vector<FetchedSnapshot> snapshots;
  std::vector<SnapshotHistory> histories;

  bool empty() const;
};

}  // namespace mhc
