#include "core/record/record/record_opening.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "core/record/record/record_file.h"
#include "core/record/record/record_file_system.h"
#include "core/record/record/record_schema.h"

namespace mhc {
namespace {

constexpr int kBusyTimeoutMs = 1000;
constexpr int kMostCopies = 5;

// "file:/path?immutable=1" with everything escaped that an address gives a meaning to.
std::string ImmutableAddress(const std::filesystem::path& file) {
  std::string address = "file:";
  for (const char character : std::filesystem::absolute(file).string()) {
    constexpr std::string_view kPlain = "/._-~";
    const bool plain =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
        (character >= '0' && character <= '9') || kPlain.find(character) != std::string_view::npos;
    if (plain) {
      address += character;
    } else {
      address += fmt::format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  return address + "?immutable=1";
}

enum class Sharing { kWithOthers, kAlone };

SQLite::Database OpenChecked(const std::string& name, int flags,
                             Sharing sharing = Sharing::kWithOthers) {
  (void)RecordFileSystem();  // notes why a lock was refused
  ForgetRefusal();
  SQLite::Database database(name, flags, kBusyTimeoutMs);
  try {
    // Who is alone needs no memory to share.
    if (sharing == Sharing::kAlone) database.exec("PRAGMA locking_mode=EXCLUSIVE");
    ProtectFromStrangers(database);
    CheckSchema(database);
  } catch (const SQLite::Exception&) {
    // SQLite takes a file system without locks for one where somebody holds them.
    if (LastRefusal() != ENOLCK) throw;
    throw SQLite::Exception("no locks", kNoLocks);
  }
  return database;
}

OpenedRecord OpenImmutable(const std::filesystem::path& file, const RecordStamp& stamp) {
  return {nullptr, OpenChecked(ImmutableAddress(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI),
          false, stamp};
}

Status CopyFile(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (!std::filesystem::exists(from, error)) {
    std::filesystem::remove(to, error);
    return {};
  }
  if (auto status = CheckRegularFile(from, from); !status) return status;
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
  if (error) {
    return Fail("{}: cannot be copied to {} to be read: {}", from.string(), to.string(),
                error.message());
  }
  std::filesystem::permissions(to, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add, error);
  return {};
}

// An engine that writes meanwhile moves pages from the log into the file: a copy counts where
// nothing was written while it was made, the last one as it is.
Result<OpenedRecord> OpenCopy(const std::filesystem::path& file, RecordStamp stamp) {
  auto folder = TemporaryFolder::Make();
  if (!folder) return tl::unexpected(folder.error());
  const std::filesystem::path copy = (*folder)->path() / "record.sqlite";
  for (int tries = 0; tries < kMostCopies; ++tries) {
    stamp = StampOf(file);
    for (const auto& [from, to] : {std::pair(file, copy), std::pair(WalOf(file), WalOf(copy)),
                                   std::pair(JournalOf(file), JournalOf(copy))}) {
      if (const auto copied = CopyFile(from, to); !copied) return tl::unexpected(copied.error());
    }
    if (StampOf(file) == stamp) break;
  }
  return OpenedRecord{*std::move(folder),
                      OpenChecked(copy.string(), SQLite::OPEN_READWRITE, Sharing::kAlone), false,
                      stamp};
}

// What SQLite says where it would have to write beside the file and may not, or where the file
// system lacks what a record shared with its writer needs: memory that is shared, and locks.
bool NeedsACopy(const SQLite::Exception& exception) {
  const int code = exception.getErrorCode() & 0xff;
  return code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM ||
         code == SQLITE_IOERR;
}

bool HasBytes(const std::filesystem::path& file) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  return !error && bytes > 0;
}

}  // namespace

RecordStamp StampOf(const std::filesystem::path& file) {
  std::error_code error;
  RecordStamp stamp;
  stamp.file_time = std::filesystem::last_write_time(file, error);
  stamp.file_bytes = std::filesystem::file_size(file, error);
  if (error) stamp.file_bytes = 0;
  const std::filesystem::path wal = WalOf(file);
  if (!std::filesystem::exists(wal, error)) return stamp;
  stamp.wal_time = std::filesystem::last_write_time(wal, error);
  stamp.wal_bytes = std::filesystem::file_size(wal, error);
  if (error) stamp.wal_bytes = 0;
  return stamp;
}

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Make() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string name = ((error ? "/tmp" : base) / "mhc-record-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return Fail("{}: cannot make a temporary folder: {}", name, std::strerror(errno));
  }
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Result<OpenedRecord> OpenForReading(const std::filesystem::path& file) {
  if (const auto status = CheckRegularFile(file, file); !status)
    return tl::unexpected(status.error());
  const RecordStamp stamp = StampOf(file);
  std::error_code error;
  const bool has_wal = std::filesystem::exists(WalOf(file), error);
  const bool has_journal = HasBytes(JournalOf(file));
  if (!has_wal && !has_journal) return OpenImmutable(file, stamp);
  try {
    return OpenedRecord{
        nullptr, OpenChecked(std::filesystem::absolute(file).string(), SQLite::OPEN_READONLY), true,
        stamp};
  } catch (const SQLite::Exception& exception) {
    if (!NeedsACopy(exception)) throw;
  }
  if (!has_journal && !HasBytes(WalOf(file))) return OpenImmutable(file, stamp);
  return OpenCopy(file, stamp);
}

}  // namespace mhc
