// How this room opens SQLite: the protections that hold for every record, whoever wrote it, and how
// a failure of the library becomes one sentence. Internal to core/record.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mhc {

inline constexpr const char* kRecordName = "record.sqlite";

// What is wrong with the content of a record; thrown inside this room and caught by Attempt.
[[noreturn]] void ThrowDamaged(const std::string& what);

// SQLite's reason in our words: "the file is damaged (database disk image is malformed)", with the
// system's reason (errno) where SQLite only says that a call failed.
std::string ReasonOf(const SQLite::Exception& exception, int system_reason = 0);

// Whether what is in the way may go away by itself or by a person's hand: a full disk, a lock.
bool MayPass(const SQLite::Exception& exception);

// As SQLite's own code is for a file system without locks, of which it says that a lock is held.
constexpr int kNoLocks = SQLITE_IOERR_LOCK;

// Runs `body`, which returns a Result or a Status. An exception of the library becomes an error
// "DOING FILE: reason".
template <class Body>
auto Attempt(std::string_view doing, const std::filesystem::path& file, Body&& body)
    -> decltype(body()) {
  try {
    return body();
  } catch (const SQLite::Exception& exception) {
    return tl::unexpected<Error>(Error{
        fmt::format("{} {}: {}", doing, file.string(), ReasonOf(exception)), MayPass(exception)});
  }
}

// Resets a kept statement at the end of its use, also where it failed.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  SQLite::Statement& statement_;
};

// "trusted_schema=OFF", defensive mode, checked cells, and a cap on the length of any value.
void ProtectFromStrangers(SQLite::Database& database);

// What SQLite calls the files beside a record.
std::filesystem::path WalOf(const std::filesystem::path& file);
std::filesystem::path JournalOf(const std::filesystem::path& file);

// Error unless `file` is a regular file; links are not followed. Sentences call it `shown`.
Status CheckRegularFile(const std::filesystem::path& file, const std::filesystem::path& shown);

// The name of a table or column, quoted for SQL.
std::string SqlIdentifier(std::string_view name);

}  // namespace mhc
