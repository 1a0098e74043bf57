// What one finished training step leaves in the record: scalars by declared column, and arrays.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mhc {

// A scalar that every run has, a column of table `step`. Declared once, in step_record.cc.
struct StepColumn {
  std::string_view name;
  std::string_view unit;              // "" where it has none
  std::string_view text;              // one sentence: what it is and its ideal value
  std::string_view former_name = {};  // in older records, which are read under `name`; "": the same
};

// In the order of the record's columns, after `segment` and `step`; begins with tokens, seconds,
// loss, learning_rate, gradient_norm.
std::span<const StepColumn> StepColumns();
// The column's index, -1 where there is none of that name.
int FindStepColumn(std::string_view name);

// An array of one step: matrices and per-site vectors, float32, row-major.
struct Snapshot {
  std::string kind;  // declared in snapshot_kinds.h
  std::vector<std::int64_t> shape;
  std::vector<float> data;
};

struct StepRecord {
  std::int64_t segment = 0;  // set by the writer
  std::int64_t step = 0;     // finished steps: rows are 1…s
  // One a StepColumn; empty where it was not measured at this step. May be NaN or infinite.
  std::vector<std::optional<double>> values;
  std::vector<Snapshot> snapshots;

  StepRecord();
  void Set(std::string_view column, double value);  // asserts that the column is declared
  std::optional<double> Get(std::string_view column) const;
};

}  // namespace mhc
