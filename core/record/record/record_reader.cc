#include "core/record/record/record_reader.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/record/record/record_cells.h"
#include "core/record/record/record_columns.h"
#include "core/record/record/record_events.h"
#include "core/record/record/record_file.h"
#include "core/record/record/record_meta.h"
#include "core/record/record/record_opening.h"
#include "core/record/record/record_schema.h"
#include "core/record/record/record_timeline.h"

namespace mhc {

struct RecordReader::State_ {
  State_(std::filesystem::path path, OpenedRecord record)
      : file(std::move(path)), opened(std::move(record)) {
    Prepare();
  }

  void Prepare() {
    prepared_for = SchemaChanges();
    columns = PresentStepColumns(opened.database);
    select_columns = "SELECT segment, step";
    for (const PresentColumn& column : columns) {
      select_columns += ", " + SqlIdentifier(column.name);
    }
    select_columns += " FROM step ";
  }

  // A number that differs once an engine that resumes the run has changed the tables.
  std::int64_t SchemaChanges() {
    return opened.database.execAndGet("PRAGMA schema_version").getInt64();
  }

  SQLite::Database& database() { return opened.database; }
  std::vector<VisibleSpan> Spans() { return VisibleSpans(ReadSegments(opened.database)); }
  StepRecord Row(SQLite::Statement& row) const;
  // The column's name in this record, "" where it has none; an error where no record has it.
  Result<std::string> ColumnHere(const std::string& name);

  // Runs `body` on one state of the record, whatever is written meanwhile.
  template <class Body>
  auto Read(Body&& body) -> decltype(body()) {
    return Attempt("reading", file, [&] {
      const SQLite::Transaction snapshot(opened.database);
      if (SchemaChanges() != prepared_for) Prepare();
      return body();
    });
  }

  std::filesystem::path file;
  OpenedRecord opened;
  std::vector<PresentColumn> columns;
  std::string select_columns;
  std::int64_t prepared_for = 0;
  std::optional<std::int64_t> seen_version;
};

StepRecord RecordReader::State_::Row(SQLite::Statement& row) const {
  StepRecord record;
  record.segment = IntegerCell(row.getColumn(0));
  record.step = IntegerCell(row.getColumn(1));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    record.values[static_cast<std::size_t>(columns[i].index)] =
        NumberCell(row.getColumn(static_cast<int>(i) + 2));
  }
  return record;
}

Result<std::string> RecordReader::State_::ColumnHere(const std::string& name) {
  const std::vector<std::string> present = ColumnsOf(database(), "step");
  if (std::find(present.begin(), present.end(), name) != present.end()) return name;
  if (const int index = FindStepColumn(name); index >= 0) {
    for (const PresentColumn& column : columns) {
      if (column.index == index) return column.name;
    }
    return "";
  }
  return Fail("{}: has no column \"{}\", expected one of {}", file.string(), name,
              fmt::join(present.begin(), present.end(), ", "));
}

RecordReader::RecordReader(std::unique_ptr<State_> state) : state_(std::move(state)) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

Result<RecordReader> RecordReader::Open(const std::filesystem::path& file) {
  return Attempt("opening the record", file, [&]() -> Result<RecordReader> {
    auto opened = OpenForReading(file);
    if (!opened) return tl::unexpected(opened.error());
    return RecordReader(std::make_unique<State_>(file, *std::move(opened)));
  });
}

Result<bool> RecordReader::Changed() {
  return Attempt("reading", state_->file, [&]() -> Result<bool> {
    const bool first = !state_->seen_version.has_value();
    if (!state_->opened.follows && StampOf(state_->file) != state_->opened.stamp) {
      auto opened = OpenForReading(state_->file);
      if (!opened) return tl::unexpected(opened.error());
      state_->opened = *std::move(opened);
      state_->Prepare();
      state_->seen_version.reset();
    }
    const std::int64_t version = state_->database().execAndGet("PRAGMA data_version").getInt64();
    const bool changed = first || state_->seen_version != version;
    state_->seen_version = version;
    return changed;
  });
}

Result<RunDescription> RecordReader::Description() {
  return state_->Read(
      [&]() -> Result<RunDescription> { return ReadDescription(state_->database()); });
}

Result<RunState> RecordReader::State() {
  return state_->Read([&]() -> Result<RunState> {
    const std::string text = ReadMeta(state_->database(), "state").value_or("");
    const auto run_state = ParseRunState(text);
    if (!run_state) {
      ThrowDamaged(fmt::format("the state is \"{}\", expected one like running or finished",
                               text.substr(0, 60)));
    }
    return *run_state;
  });
}

Result<std::optional<std::string>> RecordReader::Meta(const std::string& key) {
  return state_->Read(
      [&]() -> Result<std::optional<std::string>> { return ReadMeta(state_->database(), key); });
}

Result<std::vector<SegmentRow>> RecordReader::Segments() {
  return state_->Read(
      [&]() -> Result<std::vector<SegmentRow>> { return ReadSegments(state_->database()); });
}

Result<std::int64_t> RecordReader::LastStep() {
  return state_->Read([&]() -> Result<std::int64_t> {
    const std::vector<VisibleSpan> spans = state_->Spans();
    SQLite::Statement query(state_->database(),
                            "SELECT max(step) FROM step WHERE segment = ? AND step > ? AND step <= "
                            "?");
    for (std::size_t i = spans.size(); i-- > 0;) {
      const StatementUse use(query);
      query.bind(1, spans[i].segment);
      query.bind(2, spans[i].after);
      query.bind(3, spans[i].last);
      if (query.executeStep() && !query.getColumn(0).isNull()) {
        return IntegerCell(query.getColumn(0));
      }
    }
    return 0;
  });
}

Result<std::int64_t> RecordReader::FurthestStep() {
  return state_->Read([&]() -> Result<std::int64_t> {
    SegmentRow first;
    for (const SegmentRow& segment : ReadSegments(state_->database())) {
      if (segment.reason == "roll_back") first = segment;
    }
    SQLite::Statement query(state_->database(), "SELECT max(step) FROM step WHERE segment >= ?");
    query.bind(1, first.id);
    if (!query.executeStep() || query.getColumn(0).isNull()) return first.first_step;
    return std::max(first.first_step, IntegerCell(query.getColumn(0)));
  });
}

Result<std::vector<StepRecord>> RecordReader::Rows(std::int64_t first, std::int64_t last) {
  return state_->Read([&]() -> Result<std::vector<StepRecord>> {
    std::vector<StepRecord> rows;
    SQLite::Statement query(
        state_->database(),
        state_->select_columns + "WHERE segment = ? AND step BETWEEN ? AND ? ORDER BY step");
    for (const VisibleSpan& span : state_->Spans()) {
      const std::int64_t from = std::max(first, span.after + 1);
      const std::int64_t to = std::min(last, span.last);
      if (from > to) continue;
      const StatementUse use(query);
      query.bind(1, span.segment);
      query.bind(2, from);
      query.bind(3, to);
      while (query.executeStep()) rows.push_back(state_->Row(query));
    }
    return rows;
  });
}

Result<std::vector<StepRecord>> RecordReader::RowsFrom(std::int64_t first, int limit) {
  return state_->Read([&]() -> Result<std::vector<StepRecord>> {
    std::vector<StepRecord> rows;
    SQLite::Statement query(state_->database(),
                            state_->select_columns +
                                "WHERE segment = ? AND step BETWEEN ? AND ? ORDER BY step LIMIT ?");
    for (const VisibleSpan& span : state_->Spans()) {
      const int room = limit - static_cast<int>(rows.size());
      const std::int64_t from = std::max(first, span.after + 1);
      if (from > span.last || room <= 0) continue;
      const StatementUse use(query);
      query.bind(1, span.segment);
      query.bind(2, from);
      query.bind(3, span.last);
      query.bind(4, room);
      while (query.executeStep()) rows.push_back(state_->Row(query));
    }
    return rows;
  });
}

Result<std::vector<StepRecord>> RecordReader::RowsAfter(std::int64_t segment, std::int64_t step,
                                                        int limit) {
  return state_->Read([&]() -> Result<std::vector<StepRecord>> {
    std::vector<StepRecord> rows;
    SQLite::Statement query(
        state_->database(),
        state_->select_columns + "WHERE (segment, step) > (?, ?) ORDER BY segment, step LIMIT ?");
    query.bind(1, segment);
    query.bind(2, step);
    query.bind(3, std::max(limit, 0));
    while (query.executeStep()) rows.push_back(state_->Row(query));
    return rows;
  });
}

Result<ColumnRange> RecordReader::Column(const std::string& name, std::int64_t first,
                                         std::int64_t last) {
  return state_->Read([&]() -> Result<ColumnRange> {
    const auto column = state_->ColumnHere(name);
    if (!column) return tl::unexpected(column.error());
    const RecordStamp stamp = StampOf(state_->file);
    return ReadColumn(state_->database(), state_->Spans(), *column, first, last,
                      stamp.file_bytes + stamp.wal_bytes);
  });
}

Result<Extremes> RecordReader::ColumnExtremes(const std::string& name) {
  return state_->Read([&]() -> Result<Extremes> {
    const auto column = state_->ColumnHere(name);
    if (!column) return tl::unexpected(column.error());
    if (column->empty()) return Extremes{};
    return ReadExtremes(state_->database(), state_->Spans(), *column);
  });
}

Result<std::optional<double>> RecordReader::LastValue(const std::string& name) {
  return state_->Read([&]() -> Result<std::optional<double>> {
    const auto column = state_->ColumnHere(name);
    if (!column) return tl::unexpected(column.error());
    if (column->empty()) return std::nullopt;
    return ReadLastValue(state_->database(), state_->Spans(), *column);
  });
}

Result<std::vector<Intervention>> RecordReader::Interventions() {
  return state_->Read([&]() -> Result<std::vector<Intervention>> {
    return ReadInterventions(state_->database(), std::nullopt);
  });
}

Result<std::optional<Intervention>> RecordReader::FindIntervention(const std::string& request_id) {
  return state_->Read([&]() -> Result<std::optional<Intervention>> {
    std::vector<Intervention> rows = ReadInterventions(state_->database(), request_id);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  });
}

Result<std::vector<Alert>> RecordReader::Alerts() {
  return state_->Read(
      [&]() -> Result<std::vector<Alert>> { return ReadAlerts(state_->database()); });
}

Result<std::vector<CheckpointRow>> RecordReader::Checkpoints() {
  return state_->Read([&]() -> Result<std::vector<CheckpointRow>> {
    return ReadCheckpoints(state_->database(), ReadSegments(state_->database()));
  });
}

Result<std::vector<CheckpointRow>> RecordReader::AllCheckpoints() {
  return state_->Read([&]() -> Result<std::vector<CheckpointRow>> {
    return ReadAllCheckpoints(state_->database());
  });
}

Result<std::vector<std::string>> RecordReader::Damage() {
  return state_->Read([&]() -> Result<std::vector<std::string>> {
    SQLite::Statement check(state_->database(), "PRAGMA integrity_check(20)");
    std::vector<std::string> found;
    while (check.executeStep()) {
      std::string sentence = check.getColumn(0).getString();
      if (sentence != "ok") found.push_back(std::move(sentence));
    }
    return found;
  });
}

// A snapshot may stand at the very step where its segment began: the maps before an intervention
// that came first. It is newer than that of the segment before.
Result<std::optional<RecordReader::StepSnapshot>> RecordReader::SnapshotAt(const std::string& kind,
                                                                           std::int64_t step) {
  return state_->Read([&]() -> Result<std::optional<StepSnapshot>> {
    const std::vector<VisibleSpan> spans = state_->Spans();
    SQLite::Statement query(state_->database(),
                            "SELECT step, kind, shape, data FROM snapshot WHERE kind = ? AND "
                            "segment = ? AND step >= ? AND step <= ? ORDER BY step DESC LIMIT 1");
    for (std::size_t i = spans.size(); i-- > 0;) {
      const StatementUse use(query);
      query.bind(1, kind);
      query.bind(2, spans[i].segment);
      query.bind(3, spans[i].after);
      query.bind(4, std::min(spans[i].last, step));
      if (query.executeStep()) {
        return StepSnapshot{IntegerCell(query.getColumn(0)), SnapshotCells(query, 1)};
      }
    }
    return std::nullopt;
  });
}

Result<std::vector<std::int64_t>> RecordReader::SnapshotSteps(const std::string& kind) {
  return state_->Read([&]() -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> steps;
    SQLite::Statement query(state_->database(),
                            "SELECT step FROM snapshot WHERE kind = ? AND segment = ? AND step >= "
                            "? AND step <= ? ORDER BY step");
    for (const VisibleSpan& span : state_->Spans()) {
      const StatementUse use(query);
      query.bind(1, kind);
      query.bind(2, span.segment);
      query.bind(3, span.after);
      query.bind(4, span.last);
      while (query.executeStep()) {
        const std::int64_t step = IntegerCell(query.getColumn(0));
        if (steps.empty() || steps.back() < step) steps.push_back(step);
      }
    }
    return steps;
  });
}

}  // namespace mhc
