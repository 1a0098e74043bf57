// The tables and the view of record.sqlite, one truth for writer and reader; FORMAT.md says what
// each column means. Internal to core/record; functions throw SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mhc {

inline constexpr std::int64_t kSchemaVersion = 1;
inline constexpr std::int32_t kApplicationId = 0x6d484321;  // "mHC!"
// Steps of a chunk: a span is k·4096 + 1 … (k + 1)·4096.
inline constexpr std::int64_t kChunkSteps = 4096;

void CreateSchema(SQLite::Database& database);

// Throws where this is not a record, is of a newer schema version (with both versions), or where
// its tables are not what they must be: real tables with the columns that every version had.
void CheckSchema(SQLite::Database& database);

// Gives an older record the columns and the view of this version, renaming the columns that have
// another name now; afterwards the version in it is ours.
void UpgradeSchema(SQLite::Database& database);

// A StepColumn that table `step` of a record has.
struct PresentColumn {
  int index;         // into StepColumns()
  std::string name;  // in this record: an older one may have the former name
};
std::vector<PresentColumn> PresentStepColumns(SQLite::Database& database);

// All columns of a table, in order.
std::vector<std::string> ColumnsOf(SQLite::Database& database, const std::string& table);

}  // namespace mhc
