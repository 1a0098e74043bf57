#include "core/record/record/record_file.h"

#include <cerrno>
#include <cstring>

namespace mhc {
namespace {

// The largest array of a run: 2,048 sites of 64 × 64 float32 are 32 MiB.
constexpr int kLongestValue = 64 << 20;

std::filesystem::path Beside(const std::filesystem::path& file, const char* suffix) {
  std::filesystem::path beside = file;
  beside += suffix;
  return beside;
}

}  // namespace

void ThrowDamaged(const std::string& what) { throw SQLite::Exception(what, SQLITE_CORRUPT_VTAB); }

std::string ReasonOf(const SQLite::Exception& exception, int system_reason) {
  const int code = exception.getExtendedErrorCode();
  if (code == SQLITE_CORRUPT_VTAB || exception.getErrorCode() == SQLITE_CORRUPT_VTAB) {
    return exception.what();
  }
  switch (code) {
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMLOCK:
      return "the file system offers no shared memory, which a record needs while it is written; "
             "expected a local disk";
    case kNoLocks:
      return "the file system offers no locks, expected a local disk";
    default:
      break;
  }
  switch (exception.getErrorCode() & 0xff) {
    case SQLITE_NOTADB:
      return "this is not a record: not an SQLite database";
    case SQLITE_CORRUPT:
      return fmt::format("the file is damaged ({})", exception.what());
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process keeps it locked";
    case SQLITE_TOOBIG:
      return fmt::format("the file is damaged (a value of more than {} MiB)", kLongestValue >> 20);
    case SQLITE_IOERR:
      return system_reason != 0 ? std::strerror(system_reason) : exception.what();
    default:
      return exception.what();
  }
}

bool MayPass(const SQLite::Exception& exception) {
  switch (exception.getErrorCode() & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return true;
    default:
      return false;
  }
}

void ProtectFromStrangers(SQLite::Database& database) {
  sqlite3* handle = database.getHandle();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  database.exec("PRAGMA cell_size_check=ON");
}

std::filesystem::path WalOf(const std::filesystem::path& file) { return Beside(file, "-wal"); }
std::filesystem::path JournalOf(const std::filesystem::path& file) {
  return Beside(file, "-journal");
}

Status CheckRegularFile(const std::filesystem::path& file, const std::filesystem::path& shown) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return Fail("{}: there is no such record", shown.string());
  }
  if (error) return Fail("{}: cannot be looked at: {}", shown.string(), error.message());
  if (status.type() == std::filesystem::file_type::symlink) {
    return Fail("{}: a symbolic link, expected the record itself", shown.string());
  }
  if (status.type() != std::filesystem::file_type::regular) {
    return Fail("{}: not a file, expected a record", shown.string());
  }
  return {};
}

std::string SqlIdentifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char character : name) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

}  // namespace mhc
