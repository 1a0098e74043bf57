// Table `chunk`: one column of up to 4,096 steps as one blob of doubles with its extremes, an index
// of table `step` that can be rebuilt from it at any time. Internal to core/record; functions throw
// SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <span>
#include <string>

#include "core/record/record/record_reader.h"
#include "core/record/record/record_timeline.h"

namespace mhc {

// Folds the rows of the span that ends at `last_step` (a multiple of kChunkSteps), for every column
// that was measured in it.
void FoldChunks(SQLite::Database& database, std::int64_t segment, std::int64_t last_step);
// Deletes all chunks and folds every finished span again.
void RebuildChunks(SQLite::Database& database);
// Of every cell of the table.
std::string ChunksChecksum(SQLite::Database& database);

// `column` is a column of table `step`, or empty where the record has it not: then every step in
// the range is NaN. `file_bytes` bounds what may be allocated: a row takes more than one byte.
ColumnRange ReadColumn(SQLite::Database& database, std::span<const VisibleSpan> spans,
                       const std::string& column, std::int64_t first, std::int64_t last,
                       std::uintmax_t file_bytes);
Extremes ReadExtremes(SQLite::Database& database, std::span<const VisibleSpan> spans,
                      const std::string& column);
std::optional<double> ReadLastValue(SQLite::Database& database, std::span<const VisibleSpan> spans,
                                    const std::string& column);

}  // namespace mhc
