#include "core/record/record/record_branch.h"

#include <SQLiteCpp/Backup.h>

#include "core/record/record/record_file.h"
#include "core/record/record/record_file_system.h"
#include "core/record/record/record_meta.h"
#include "core/record/record/record_opening.h"
#include "core/record/record/record_schema.h"
#include "core/record/record/unix_time.h"

namespace mhc {
namespace {

constexpr int kAllPages = -1;

void Delete(SQLite::Database& database, const std::string& what, std::int64_t step) {
  SQLite::Statement statement(database, "DELETE FROM " + what);
  statement.bind(1, step);
  statement.exec();
}

// What came after the point, and what the branch has no files of.
void CutAt(SQLite::Database& database, const BranchPoint& point) {
  for (const char* later :
       {"step WHERE step > ?", "snapshot WHERE step > ?", "alert WHERE step > ?",
        "intervention WHERE step > ?", "chunk WHERE first_step + count - 1 > ?",
        "segment WHERE first_step > ?", "checkpoint WHERE step <> ?"}) {
    Delete(database, later, point.step);
  }
  SQLite::Statement late(database, "DELETE FROM intervention WHERE step = ? AND number > ?");
  late.bind(1, point.step);
  late.bind(2, point.last_intervention);
  late.exec();
}

void BeginAt(SQLite::Database& database, const BranchPoint& point, const RunDescription& branch) {
  SQLite::Statement segment(database,
                            "INSERT INTO segment SELECT max(id) + 1, ?, 'fork', ? FROM segment");
  segment.bind(1, point.step);
  segment.bind(2, UnixNow());
  segment.exec();
  WriteDescription(database, branch);
  WriteMeta(database, "state", ToText(RunState::kStopped));
}

void Fill(SQLite::Database& source, const BranchPoint& point, const RunDescription& branch,
          const OpenFolder& run) {
  SQLite::Database target(run.At(kRecordName).string(),
                          SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, RecordFileSystem());
  SQLite::Backup(target, source).executeStep(kAllPages);
  ProtectFromStrangers(target);
  target.exec("PRAGMA journal_mode=DELETE");
  {
    SQLite::Transaction transaction(target);
    UpgradeSchema(target);
    CutAt(target, point);
    BeginAt(target, point, branch);
    transaction.commit();
  }
  target.exec("VACUUM");
}

}  // namespace

Status BranchRecord(const std::filesystem::path& parent, const BranchPoint& point,
                    const RunDescription& branch, const OpenFolder& run) {
  Status made = Attempt("branching from the record", parent, [&]() -> Status {
    auto opened = OpenForReading(parent);
    if (!opened) return tl::unexpected(opened.error());
    Fill(opened->database, point, branch, run);
    return {};
  });
  if (!made) {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
      (void)run.RemoveFile(std::string(kRecordName) + ending);
    }
  }
  return made;
}

}  // namespace mhc
