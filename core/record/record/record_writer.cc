#include "core/record/record/record_writer.h"

#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "core/record/record/record_cells.h"
#include "core/record/record/record_columns.h"
#include "core/record/record/record_events.h"
#include "core/record/record/record_file.h"
#include "core/record/record/record_file_system.h"
#include "core/record/record/record_meta.h"
#include "core/record/record/record_schema.h"
#include "core/record/record/unix_time.h"

namespace mhc {
namespace {

constexpr int kWriterTimeoutMs = 1000;
// At the end a reader that stays attached is not worth a long wait.
constexpr int kClosingTimeoutMs = 200;

void UseWriteAheadLog(SQLite::Database& database) {
  const std::string mode = database.execAndGet("PRAGMA journal_mode=WAL").getString();
  if (mode != "wal") {
    throw SQLite::Exception(
        fmt::format("the file system does not allow SQLite's write-ahead log (journal mode {})",
                    mode),
        SQLITE_CANTOPEN);
  }
  database.exec("PRAGMA synchronous=NORMAL");
}

std::string InsertStepSql() {
  std::string names = "segment, step";
  std::string places = "?, ?";
  for (const StepColumn& column : StepColumns()) {
    names += ", " + SqlIdentifier(column.name);
    places += ", ?";
  }
  return fmt::format("INSERT INTO step ({}) VALUES ({})", names, places);
}

}  // namespace

// How SQLite reaches a record, and how it is called in sentences.
struct RecordWriter::Place {
  explicit Place(const std::filesystem::path& file)
      : shown(file), reached(std::filesystem::absolute(file)) {}
  explicit Place(const OpenFolder& run)
      : shown(run.path() / kRecordName), reached(run.At(kRecordName)), folder(run) {}
  std::filesystem::path shown, reached;
  std::optional<OpenFolder> folder;  // stays open as long as the record
};

struct RecordWriter::State {
  State(const Place& of, int flags)
      : place(of),
        file(of.shown),
        database(of.reached.string(), flags, kWriterTimeoutMs, RecordFileSystem()) {
    ProtectFromStrangers(database);
  }

  // As Attempt, with what the system says, and again as long as the patience lasts.
  template <class Body>
  Status Write(std::string_view doing, Body&& body) {
    while (true) {
      Status done = WriteOnce(doing, body);
      if (done || !done.error().may_pass || !patience || !patience(done.error())) return done;
    }
  }
  template <class Body>
  Status WriteOnce(std::string_view doing, Body& body) {
    ForgetRefusal();
    try {
      body();
      return {};
    } catch (const SQLite::Exception& exception) {
      return tl::unexpected<Error>(
          Error{fmt::format("{} {}: {}", doing, file.string(), ReasonOf(exception, LastRefusal())),
                MayPass(exception)});
    }
  }

  void PrepareSteps() {
    insert_step.emplace(database, InsertStepSql());
    insert_snapshot.emplace(database,
                            "INSERT OR REPLACE INTO snapshot (segment, step, kind, shape, data) "
                            "VALUES (?, ?, ?, ?, ?)");
  }

  void InsertStep(const StepRecord& record);
  void InsertSnapshot(std::int64_t step, const Snapshot& snapshot);
  void InsertSegment(std::int64_t id, std::int64_t step, const std::string& reason);
  void MarkUndone(std::int64_t step);
  void ReadLastIntervention();

  Place place;
  std::filesystem::path file;
  Patience patience;
  SQLite::Database database;
  std::optional<SQLite::Statement> insert_step, insert_snapshot;
  std::int64_t segment = 0;
  std::int64_t last_intervention = 0;
};

void RecordWriter::State::InsertStep(const StepRecord& record) {
  assert(record.values.size() == StepColumns().size());
  const StatementUse use(*insert_step);
  insert_step->bind(1, segment);
  insert_step->bind(2, record.step);
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    BindNumber(*insert_step, static_cast<int>(i) + 3, record.values[i]);
  }
  insert_step->exec();
}

void RecordWriter::State::InsertSnapshot(std::int64_t step, const Snapshot& snapshot) {
  const StatementUse use(*insert_snapshot);
  insert_snapshot->bind(1, segment);
  insert_snapshot->bind(2, step);
  insert_snapshot->bind(3, snapshot.kind);
  insert_snapshot->bind(4, ShapeText(snapshot.shape));
  // An empty vector has no address, and a blob without one would be NULL.
  const void* data = snapshot.data.empty() ? "" : static_cast<const void*>(snapshot.data.data());
  insert_snapshot->bindNoCopy(5, data, static_cast<int>(snapshot.data.size() * sizeof(float)));
  insert_snapshot->exec();
}

void RecordWriter::State::InsertSegment(std::int64_t id, std::int64_t step,
                                        const std::string& reason) {
  SQLite::Statement insert(database, "INSERT INTO segment VALUES (?, ?, ?, ?)");
  insert.bind(1, id);
  insert.bind(2, step);
  insert.bind(3, reason);
  insert.bind(4, UnixNow());
  insert.exec();
}

void RecordWriter::State::MarkUndone(std::int64_t step) {
  SQLite::Statement undo(database,
                         "UPDATE intervention SET undone = 1 WHERE outcome = 'applied' AND step >= "
                         "? AND kind = ?");
  for (const InterventionKind& kind : InterventionKinds()) {
    if (!kind.undone_by_roll_back) continue;
    undo.reset();
    undo.bind(1, step);
    undo.bind(2, kind.value.key);
    undo.exec();
  }
}

void RecordWriter::State::ReadLastIntervention() {
  last_intervention =
      database.execAndGet("SELECT ifnull(max(number), 0) FROM intervention").getInt64();
}

RecordWriter::RecordWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordWriter::RecordWriter(RecordWriter&&) noexcept = default;
RecordWriter& RecordWriter::operator=(RecordWriter&&) noexcept = default;
RecordWriter::~RecordWriter() = default;

Result<RecordWriter> RecordWriter::Create(const std::filesystem::path& file,
                                          const RunDescription& description) {
  return CreateAt(Place(file), description);
}

Result<RecordWriter> RecordWriter::Create(const OpenFolder& run,
                                          const RunDescription& description) {
  return CreateAt(Place(run), description);
}

Result<RecordWriter> RecordWriter::Open(const std::filesystem::path& file) {
  return OpenAt(Place(file));
}

Result<RecordWriter> RecordWriter::Open(const OpenFolder& run) { return OpenAt(Place(run)); }

Result<RecordWriter> RecordWriter::CreateAt(const Place& place, const RunDescription& description) {
  std::error_code ignored;
  if (std::filesystem::symlink_status(place.reached, ignored).type() !=
      std::filesystem::file_type::not_found) {
    return Fail("{}: exists already, expected to make a new record", place.shown.string());
  }
  return Attempt("making the record", place.shown, [&]() -> Result<RecordWriter> {
    auto state = std::make_unique<State>(place, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    UseWriteAheadLog(state->database);
    SQLite::Transaction transaction(state->database);
    CreateSchema(state->database);
    WriteDescription(state->database, description);
    WriteMeta(state->database, "state", ToText(RunState::kCreated));
    state->InsertSegment(0, 0, "start");
    transaction.commit();
    state->PrepareSteps();
    return RecordWriter(std::move(state));
  });
}

Result<RecordWriter> RecordWriter::OpenAt(const Place& place) {
  if (const auto regular = CheckRegularFile(place.reached, place.shown); !regular) {
    return tl::unexpected(regular.error());
  }
  return Attempt("opening the record", place.shown, [&]() -> Result<RecordWriter> {
    auto state = std::make_unique<State>(place, SQLite::OPEN_READWRITE);
    CheckSchema(state->database);
    UseWriteAheadLog(state->database);
    SQLite::Transaction transaction(state->database);
    UpgradeSchema(state->database);
    const std::vector<SegmentRow> segments = ReadSegments(state->database);
    if (segments.empty()) ThrowDamaged("table segment is empty");
    state->segment = segments.back().id;
    state->ReadLastIntervention();
    transaction.commit();
    state->PrepareSteps();
    return RecordWriter(std::move(state));
  });
}

void RecordWriter::WaitWith(Patience patience) { state_->patience = std::move(patience); }

Status RecordWriter::BeginSegment(std::int64_t step, const std::string& reason,
                                  std::span<const Intervention> refused) {
  return state_->Write("beginning a segment in", [&] {
    SQLite::Transaction transaction(state_->database);
    state_->InsertSegment(state_->segment + 1, step, reason);
    for (const Intervention& late : refused) {
      RefuseIntervention(state_->database, late.request.id, late.reason);
    }
    transaction.commit();
    ++state_->segment;
  });
}

Status RecordWriter::BeginRollBack(std::int64_t step, const Intervention& guard) {
  return state_->Write("beginning a roll back in", [&] {
    SQLite::Transaction transaction(state_->database);
    state_->InsertSegment(state_->segment + 1, step, "roll_back");
    state_->MarkUndone(step);
    WriteIntervention(state_->database, guard, state_->segment + 1);
    transaction.commit();
    ++state_->segment;
    state_->ReadLastIntervention();
  });
}

std::int64_t RecordWriter::segment() const { return state_->segment; }

Status RecordWriter::AppendStep(const StepRecord& record) {
  return state_->Write("recording a step in", [&] {
    SQLite::Transaction transaction(state_->database);
    state_->InsertStep(record);
    for (const Snapshot& snapshot : record.snapshots) {
      state_->InsertSnapshot(record.step, snapshot);
    }
    if (record.step % kChunkSteps == 0) FoldChunks(state_->database, state_->segment, record.step);
    transaction.commit();
  });
}

Status RecordWriter::AppendIntervention(const Intervention& intervention,
                                        const std::optional<Snapshot>& maps_before) {
  return state_->Write("recording an intervention in", [&] {
    SQLite::Transaction transaction(state_->database);
    if (maps_before) state_->InsertSnapshot(intervention.step, *maps_before);
    WriteIntervention(state_->database, intervention, state_->segment);
    transaction.commit();
    state_->ReadLastIntervention();
  });
}

std::int64_t RecordWriter::last_intervention() const { return state_->last_intervention; }

Status RecordWriter::ReplaceSnapshot(std::int64_t step, const Snapshot& snapshot) {
  return state_->Write("recording a snapshot in", [&] { state_->InsertSnapshot(step, snapshot); });
}

Status RecordWriter::AppendAlert(std::int64_t step, const std::string& kind,
                                 const std::string& text) {
  return state_->Write("recording an alert in", [&] {
    SQLite::Statement insert(
        state_->database,
        "INSERT INTO alert (segment, step, kind, text, time) VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, state_->segment);
    insert.bind(2, step);
    insert.bind(3, kind);
    insert.bind(4, text);
    insert.bind(5, UnixNow());
    insert.exec();
  });
}

Status RecordWriter::AppendCheckpoint(std::int64_t step, const std::string& reason) {
  return state_->Write("recording a checkpoint in", [&] {
    SQLite::Statement insert(
        state_->database,
        "INSERT INTO checkpoint (segment, step, reason, time) VALUES (?, ?, ?, ?)");
    insert.bind(1, state_->segment);
    insert.bind(2, step);
    insert.bind(3, reason);
    insert.bind(4, UnixNow());
    insert.exec();
  });
}

Status RecordWriter::RemoveCheckpoint(std::int64_t step) {
  return state_->Write("recording a removed checkpoint in", [&] {
    SQLite::Statement update(state_->database, "UPDATE checkpoint SET removed = 1 WHERE step = ?");
    update.bind(1, step);
    update.exec();
  });
}

Status RecordWriter::SetState(RunState state) { return SetMeta("state", ToText(state)); }

Status RecordWriter::SetMeta(const std::string& key, const std::string& value) {
  return state_->Write("writing to", [&] { WriteMeta(state_->database, key, value); });
}

Status RecordWriter::SetParameters(std::int64_t all, std::int64_t mixing) {
  return state_->Write("writing to", [&] {
    SQLite::Transaction transaction(state_->database);
    WriteMeta(state_->database, "parameters", std::to_string(all));
    WriteMeta(state_->database, "mixing_parameters", std::to_string(mixing));
    transaction.commit();
  });
}

Result<bool> RecordWriter::MendIndex() {
  bool was_wrong = false;
  const Status done = state_->Write("looking over the chunks of", [&] {
    SQLite::Transaction transaction(state_->database);
    const std::string before = ChunksChecksum(state_->database);
    RebuildChunks(state_->database);
    was_wrong = ChunksChecksum(state_->database) != before;
    if (was_wrong) transaction.commit();
  });
  if (!done) return tl::unexpected(done.error());
  return was_wrong;
}

Status RecordWriter::Sync() {
  return state_->Write("syncing", [&] {
    // A commit in this mode flushes the whole log, and with it every commit before. The file must
    // not be synced through a descriptor of our own: closing that would drop SQLite's locks.
    state_->database.exec("PRAGMA synchronous=FULL");
    const auto back_to_normal = [&] { state_->database.exec("PRAGMA synchronous=NORMAL"); };
    try {
      WriteMeta(state_->database, "synced", fmt::format("{}", UnixNow()));
    } catch (const SQLite::Exception&) {
      back_to_normal();
      throw;
    }
    back_to_normal();
  });
}

Status RecordWriter::Close(RunState state) {
  if (auto status = SetState(state); !status) return status;
  if (auto status = Sync(); !status) return status;
  return state_->Write("closing", [&] {
    SQLite::Database& database = state_->database;
    state_->insert_step.reset();
    state_->insert_snapshot.reset();
    database.setBusyTimeout(kClosingTimeoutMs);
    // Where a reader is attached SQLite keeps the log; everything is in the record all the same.
    database.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.tryExec("PRAGMA journal_mode=DELETE");
  });
}

}  // namespace mhc
