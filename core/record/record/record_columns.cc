#include "core/record/record/record_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/formats/checksum.h"
#include "core/record/record/record_cells.h"
#include "core/record/record/record_file.h"
#include "core/record/record/record_schema.h"

namespace mhc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Extremes NoExtremes() { return {kInfinity, -kInfinity, 0, 0}; }

void Count(Extremes& extremes, const std::optional<double>& value) {
  if (!value) return;
  if (!std::isfinite(*value)) {
    ++extremes.non_finite;
    return;
  }
  ++extremes.finite;
  extremes.minimum = std::min(extremes.minimum, *value);
  extremes.maximum = std::max(extremes.maximum, *value);
}

struct Span {
  std::int64_t first = 0, last = 0;
};

// A row of `chunk` that is what it must be; its data only where asked for.
struct Chunk {
  Span steps;
  Extremes extremes;
  std::vector<double> data;  // empty where nothing was measured
};

std::optional<Chunk> ChunkCells(SQLite::Statement& row, bool with_data) {
  Chunk chunk;
  const std::int64_t count = IntegerCell(row.getColumn(1));
  chunk.steps.first = IntegerCell(row.getColumn(0));
  constexpr std::int64_t kLastStep = std::int64_t{1} << 53;
  if (count < 1 || count > kChunkSteps) return std::nullopt;
  if (chunk.steps.first < 1 || chunk.steps.first > kLastStep) return std::nullopt;
  chunk.steps.last = chunk.steps.first + count - 1;
  chunk.extremes = NoExtremes();
  chunk.extremes.finite = IntegerCell(row.getColumn(2));
  chunk.extremes.non_finite = IntegerCell(row.getColumn(3));
  chunk.extremes.minimum = NumberCell(row.getColumn(4)).value_or(kInfinity);
  chunk.extremes.maximum = NumberCell(row.getColumn(5)).value_or(-kInfinity);
  if (with_data) chunk.data = DoublesCell(row.getColumn(6));
  const std::int64_t finite = chunk.extremes.finite, non_finite = chunk.extremes.non_finite;
  const bool counted = finite >= 0 && finite <= count && non_finite >= 0 && non_finite <= count;
  if (!counted || finite + non_finite > count) return std::nullopt;
  const auto size = static_cast<std::int64_t>(chunk.data.size());
  if (with_data && size != count && (size != 0 || finite + non_finite > 0)) return std::nullopt;
  return chunk;
}

// Walks one column over the steps of one segment: `on_chunk` for every chunk that touches them and
// is accepted (it returns whether), `on_row` for every step that no chunk covered.
class ColumnWalk {
 public:
  ColumnWalk(SQLite::Database& database, const std::string& column, bool with_data)
      : with_data_(with_data),
        chunks_(database, fmt::format("SELECT first_step, count, finite, non_finite, minimum, "
                                      "maximum{} FROM chunk WHERE \"column\" = ? AND segment = ? "
                                      "AND first_step BETWEEN ? AND ? ORDER BY first_step",
                                      with_data ? ", data" : "")),
        rows_(database, fmt::format("SELECT step, {} FROM step WHERE segment = ? AND step BETWEEN "
                                    "? AND ? ORDER BY step",
                                    SqlIdentifier(column))) {
    chunks_.bind(1, column);
  }

  template <class OnChunk, class OnRow>
  void Steps(std::int64_t segment, Span steps, OnChunk on_chunk, OnRow on_row) {
    const StatementUse use(chunks_);
    chunks_.bind(2, segment);
    chunks_.bind(3, std::max<std::int64_t>(steps.first, kChunkSteps) - kChunkSteps);
    chunks_.bind(4, steps.last);
    std::int64_t next = steps.first;
    while (chunks_.executeStep()) {
      const std::optional<Chunk> chunk = ChunkCells(chunks_, with_data_);
      if (!chunk || chunk->steps.last < next || !on_chunk(*chunk, next)) continue;
      Rows(segment, {next, chunk->steps.first - 1}, on_row);
      next = chunk->steps.last + 1;
      if (next > steps.last) return;
    }
    Rows(segment, {next, steps.last}, on_row);
  }

 private:
  template <class OnRow>
  void Rows(std::int64_t segment, Span steps, OnRow on_row) {
    if (steps.first > steps.last) return;
    const StatementUse use(rows_);
    rows_.bind(1, segment);
    rows_.bind(2, steps.first);
    rows_.bind(3, steps.last);
    while (rows_.executeStep()) {
      const std::int64_t step = IntegerCell(rows_.getColumn(0));
      // The pages of a damaged table lead anywhere, whatever was asked for.
      if (step < steps.first || step > steps.last) {
        ThrowDamaged(
            fmt::format("step {} stands among steps {} to {}", step, steps.first, steps.last));
      }
      on_row(step, NumberCell(rows_.getColumn(1)));
    }
  }

  bool with_data_;
  SQLite::Statement chunks_;
  SQLite::Statement rows_;
};

Span Within(const VisibleSpan& span, std::int64_t first, std::int64_t last) {
  return {std::max(first, span.after + 1), std::min(last, span.last)};
}

// The first or last step of any row in the spans, between `first` and `last`.
std::optional<std::int64_t> EndRow(SQLite::Database& database, std::span<const VisibleSpan> spans,
                                   std::int64_t first, std::int64_t last, bool newest) {
  SQLite::Statement query(database,
                          fmt::format("SELECT step FROM step WHERE segment = ? AND step BETWEEN ? "
                                      "AND ? ORDER BY step {} LIMIT 1",
                                      newest ? "DESC" : "ASC"));
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const VisibleSpan& span = spans[newest ? spans.size() - 1 - i : i];
    const Span steps = Within(span, first, last);
    if (steps.first > steps.last) continue;
    const StatementUse use(query);
    query.bind(1, span.segment);
    query.bind(2, steps.first);
    query.bind(3, steps.last);
    if (query.executeStep()) return IntegerCell(query.getColumn(0));
  }
  return std::nullopt;
}

// The newest measured value of one segment between two steps, NULL left out.
std::optional<double> NewestRow(SQLite::Database& database, const std::string& column,
                                std::int64_t segment, Span steps) {
  if (steps.first > steps.last) return std::nullopt;
  SQLite::Statement query(
      database, fmt::format("SELECT {0} FROM step WHERE segment = ? AND step BETWEEN ? AND ? AND "
                            "{0} IS NOT NULL ORDER BY step DESC LIMIT 1",
                            SqlIdentifier(column)));
  query.bind(1, segment);
  query.bind(2, steps.first);
  query.bind(3, steps.last);
  return query.executeStep() ? NumberCell(query.getColumn(0)) : std::nullopt;
}

// Chunks say where nothing was measured, so that a rare value is found without walking all rows.
std::optional<double> NewestInSegment(SQLite::Database& database, const std::string& column,
                                      std::int64_t segment, Span steps) {
  SQLite::Statement chunks(database,
                           "SELECT first_step, count, finite, non_finite, minimum, maximum FROM "
                           "chunk WHERE \"column\" = ? AND segment = ? AND first_step <= ? ORDER "
                           "BY first_step DESC");
  chunks.bind(1, column);
  chunks.bind(2, segment);
  chunks.bind(3, steps.last);
  std::int64_t last = steps.last;
  while (last >= steps.first && chunks.executeStep()) {
    const std::optional<Chunk> chunk = ChunkCells(chunks, false);
    if (!chunk || chunk->steps.last > last) continue;
    const std::int64_t after = std::max(chunk->steps.last + 1, steps.first);
    if (const auto value = NewestRow(database, column, segment, {after, last})) return value;
    last = chunk->steps.last;
    if (chunk->extremes.finite + chunk->extremes.non_finite == 0) last = chunk->steps.first - 1;
  }
  return NewestRow(database, column, segment, {steps.first, last});
}

class ChunkFolder {
 public:
  ChunkFolder(std::vector<PresentColumn> columns, std::int64_t first, std::int64_t last)
      : columns_(std::move(columns)),
        first_(first),
        count_(last - first + 1),
        data_(columns_.size(), std::vector<double>(static_cast<std::size_t>(count_), kNaN)),
        extremes_(columns_.size(), NoExtremes()) {}

  // step, then one cell a column.
  void Add(SQLite::Statement& row) {
    const auto at = static_cast<std::size_t>(IntegerCell(row.getColumn(0)) - first_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto value = NumberCell(row.getColumn(static_cast<int>(i) + 1));
      Count(extremes_[i], value);
      if (value) data_[i][at] = *value;
    }
  }

  void Write(SQLite::Database& database, std::int64_t segment) const {
    SQLite::Statement insert(database,
                             "INSERT OR REPLACE INTO chunk (segment, \"column\", first_step, "
                             "count, finite, non_finite, minimum, maximum, data) VALUES "
                             "(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Extremes& extremes = extremes_[i];
      const StatementUse use(insert);
      insert.clearBindings();
      insert.bind(1, segment);
      insert.bind(2, columns_[i].name);
      insert.bind(3, first_);
      insert.bind(4, count_);
      insert.bind(5, extremes.finite);
      insert.bind(6, extremes.non_finite);
      if (extremes.finite > 0) {
        insert.bind(7, extremes.minimum);
        insert.bind(8, extremes.maximum);
      }
      if (extremes.finite + extremes.non_finite > 0) {
        const auto& values = data_[i];
        insert.bindNoCopy(9, values.data(), static_cast<int>(values.size() * sizeof(double)));
      }
      insert.exec();
    }
  }

 private:
  std::vector<PresentColumn> columns_;
  std::int64_t first_, count_;
  std::vector<std::vector<double>> data_;
  std::vector<Extremes> extremes_;
};

}  // namespace

void FoldChunks(SQLite::Database& database, std::int64_t segment, std::int64_t last_step) {
  const std::vector<PresentColumn> columns = PresentStepColumns(database);
  std::string sql = "SELECT step";
  for (const PresentColumn& column : columns) sql += ", " + SqlIdentifier(column.name);
  SQLite::Statement rows(
      database, sql + " FROM step WHERE segment = ? AND step BETWEEN ? AND ? ORDER BY step");
  rows.bind(1, segment);
  rows.bind(2, last_step - kChunkSteps + 1);
  rows.bind(3, last_step);
  std::optional<ChunkFolder> folder;
  while (rows.executeStep()) {
    // A segment may begin inside the span.
    if (!folder) folder.emplace(columns, IntegerCell(rows.getColumn(0)), last_step);
    folder->Add(rows);
  }
  if (folder) folder->Write(database, segment);
}

std::string ChunksChecksum(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT * FROM chunk ORDER BY segment, \"column\", first_step");
  Checksum checksum;
  while (query.executeStep()) {
    for (int i = 0; i < query.getColumnCount(); ++i) {
      const SQLite::Column cell = query.getColumn(i);
      const auto* bytes = static_cast<const std::byte*>(cell.getBlob());
      const auto size = static_cast<std::size_t>(cell.getBytes());
      checksum.Take(std::as_bytes(std::span(&size, 1)));
      if (size > 0) checksum.Take({bytes, size});
    }
  }
  return checksum.Text();
}

void RebuildChunks(SQLite::Database& database) {
  database.exec("DELETE FROM chunk");
  SQLite::Statement ends(database, "SELECT segment, step FROM step WHERE step % ? = 0");
  ends.bind(1, kChunkSteps);
  std::vector<std::pair<std::int64_t, std::int64_t>> finished;
  while (ends.executeStep()) {
    finished.emplace_back(IntegerCell(ends.getColumn(0)), IntegerCell(ends.getColumn(1)));
  }
  for (const auto& [segment, last_step] : finished) FoldChunks(database, segment, last_step);
}

ColumnRange ReadColumn(SQLite::Database& database, std::span<const VisibleSpan> spans,
                       const std::string& column, std::int64_t first, std::int64_t last,
                       std::uintmax_t file_bytes) {
  ColumnRange range;
  range.first_step = std::max<std::int64_t>(first, 1);
  const auto begin = EndRow(database, spans, range.first_step, last, /*newest=*/false);
  const auto end = EndRow(database, spans, range.first_step, last, /*newest=*/true);
  if (!begin || !end) return range;
  range.first_step = *begin;
  const auto count = static_cast<std::uintmax_t>(*end - *begin) + 1;
  if (count > file_bytes) {
    ThrowDamaged(
        fmt::format("steps {} to {} stand in a file of {} bytes", *begin, *end, file_bytes));
  }
  range.values.assign(static_cast<std::size_t>(count), kNaN);
  if (column.empty()) return range;
  ColumnWalk walk(database, column, /*with_data=*/true);
  for (const VisibleSpan& span : spans) {
    const Span steps = Within(span, *begin, *end);
    if (steps.first > steps.last) continue;
    walk.Steps(
        span.segment, steps,
        [&](const Chunk& chunk, std::int64_t from) {
          const std::int64_t first_copied = std::max(from, chunk.steps.first);
          const std::int64_t copied = std::min(steps.last, chunk.steps.last) - first_copied + 1;
          if (chunk.data.empty() || copied < 1) return copied >= 1;
          std::copy_n(chunk.data.begin() + (first_copied - chunk.steps.first), copied,
                      range.values.begin() + (first_copied - *begin));
          return true;
        },
        [&](std::int64_t step, const std::optional<double>& value) {
          range.values[static_cast<std::size_t>(step - *begin)] = value.value_or(kNaN);
        });
  }
  return range;
}

Extremes ReadExtremes(SQLite::Database& database, std::span<const VisibleSpan> spans,
                      const std::string& column) {
  Extremes all = NoExtremes();
  ColumnWalk walk(database, column, /*with_data=*/false);
  for (const VisibleSpan& span : spans) {
    const Span steps = Within(span, 1, span.last);
    if (steps.first > steps.last) continue;
    walk.Steps(
        span.segment, steps,
        [&](const Chunk& chunk, std::int64_t from) {
          if (chunk.steps.first < from || chunk.steps.last > steps.last) return false;
          all.finite += chunk.extremes.finite;
          all.non_finite += chunk.extremes.non_finite;
          all.minimum = std::min(all.minimum, chunk.extremes.minimum);
          all.maximum = std::max(all.maximum, chunk.extremes.maximum);
          return true;
        },
        [&](std::int64_t, const std::optional<double>& value) { Count(all, value); });
  }
  if (all.finite == 0) all.minimum = all.maximum = 0.0;
  return all;
}

std::optional<double> ReadLastValue(SQLite::Database& database, std::span<const VisibleSpan> spans,
                                    const std::string& column) {
  for (std::size_t i = spans.size(); i-- > 0;) {
    const Span steps = Within(spans[i], 1, spans[i].last);
    if (steps.first > steps.last) continue;
    if (const auto value = NewestInSegment(database, column, spans[i].segment, steps)) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace mhc
