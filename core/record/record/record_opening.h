// How a record is opened for reading, whoever left it: a live engine, a finished one, a killed one,
// a stranger. Internal to core/record.
//
// | beside the file       | how                                                              |
// |---|---|
// | no -wal, no -journal  | as immutable: no lock, no file is made, read-only places serve    |
// | -wal or -journal      | read-only, as SQLite does it: follows a live engine, and recovers |
// |                       | what a killed one committed (this makes -shm beside it)           |
// | …in a read-only place | as immutable where the log is empty, else from a copy             |
// | …on a file system without shared memory or locks | the same                              |
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/result.h"

namespace mhc {

// Sizes and times of a record and its log, to see from outside whether anything was written.
struct RecordStamp {
  std::filesystem::file_time_type file_time, wal_time;
  std::uintmax_t file_bytes = 0, wal_bytes = 0;
  bool operator==(const RecordStamp&) const = default;
};
RecordStamp StampOf(const std::filesystem::path& file);

// A folder that is removed with what is in it when its owner ends.
class TemporaryFolder {
 public:
  static Result<std::unique_ptr<TemporaryFolder>> Make();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct OpenedRecord {
  std::unique_ptr<TemporaryFolder> copy;  // before the database: it is removed after that is closed
  SQLite::Database database;
  bool follows = false;  // false: SQLite itself sees no change of another process
  RecordStamp stamp;     // taken before it was opened
};

// The schema is checked. Throws SQLite::Exception where the content is not that of a record.
Result<OpenedRecord> OpenForReading(const std::filesystem::path& file);

}  // namespace mhc
