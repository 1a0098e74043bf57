// The lock of a run. Open-file-description locks, because they can be tested without being taken: a
// viewer that looks who writes never makes an engine's own Lock() fail.
//
// Byte 0 is held by the engine; byte 1 as soon as its process id and host stand in the file, so
// that nobody reads the name of an earlier holder for that of a new one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/formats/owned_descriptor.h"
#include "core/formats/small_file.h"
#include "core/formats/system_calls.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

constexpr const char* kName = "lock";
constexpr off_t kHeldByte = 0;
constexpr off_t kNamedByte = 1;

struct flock ByteLock(off_t byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

bool TakeByte(int descriptor, off_t byte) {
  struct flock lock = ByteLock(byte);
  return fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
}

bool IsByteTaken(int descriptor, off_t byte) {
  struct flock lock = ByteLock(byte);
  return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

// "12345 host\n"
LockHolder ParseHolder(const std::string& text) {
  LockHolder holder;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), holder.process_id);
  const std::size_t space = static_cast<std::size_t>(read.ptr - text.data());
  if (space < text.size()) {
    const std::size_t end = text.find('\n', space);
    holder.host = text.substr(space + 1, end == std::string::npos ? end : end - space - 1);
  }
  return holder;
}

Status WriteHolder(int descriptor, const std::filesystem::path& file) {
  const std::string text = fmt::format("{} {}\n", getpid(), HostName());
  const bool written =
      Calls().truncate(descriptor, 0) == 0 &&
      Calls().pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (!written) {
    return Fail("{}: the process id cannot be written: {}", file.string(), std::strerror(errno));
  }
  return {};
}

std::optional<LockHolder> HolderOf(const OpenFolder& run) {
  constexpr std::size_t kLongestHolder = 4096;
  const auto descriptor = run.OpenFile(kName, O_RDONLY);
  if (!descriptor) return std::nullopt;
  if (IsByteTaken(descriptor->get(), kNamedByte)) {
    const auto text = ReadSmallFile(run, kName, kLongestHolder);
    return text ? ParseHolder(*text) : LockHolder{};
  }
  if (IsByteTaken(descriptor->get(), kHeldByte)) return LockHolder{};
  return std::nullopt;
}

}  // namespace

Result<RunLock> RunLock::Take(const OpenFolder& run) {
  const std::filesystem::path file = run.path() / kName;
  auto descriptor = run.OpenFile(kName, O_RDWR | O_CREAT);
  if (!descriptor) return tl::unexpected(descriptor.error());
  if (!TakeByte(descriptor->get(), kHeldByte)) {
    if (errno != EAGAIN && errno != EACCES) {
      return Fail("{}: cannot be locked: {}; expected a file system with locks", file.string(),
                  std::strerror(errno));
    }
    const std::optional<LockHolder> holder = HolderOf(run);
    if (!holder || holder->process_id == 0) {
      return Fail("{}: another process has just begun to write this run", run.path().string());
    }
    return Fail("{}: this run is written by process {} on host {}", run.path().string(),
                holder->process_id, holder->host);
  }
  if (const auto status = WriteHolder(descriptor->get(), file); !status) {
    return tl::unexpected(status.error());
  }
  if (!TakeByte(descriptor->get(), kNamedByte)) {
    return Fail("{}: cannot be locked: {}", file.string(), std::strerror(errno));
  }
  return RunLock(run, *std::move(descriptor));
}

Status RunLock::CheckThere() {
  struct stat record {};
  const bool there =
      fstatat(folder_.descriptor(), "record.sqlite", &record, AT_SYMLINK_NOFOLLOW) == 0;
  if (record_ == 0 && there) record_ = record.st_ino;
  if (there && record.st_ino == record_) return {};
  if (folder_.WasRemoved()) {
    return Fail("{}: the folder of this run was removed while it trained", folder_.path().string());
  }
  return Fail("{}: the record was {} while the run trained",
              (folder_.path() / "record.sqlite").string(), there ? "replaced" : "removed");
}

Result<RunLock> RunFolder::Lock() const {
  const auto folder = OpenFolder::OpenNamed(path_);
  if (!folder) return tl::unexpected(folder.error());
  return RunLock::Take(*folder);
}

std::optional<LockHolder> RunFolder::Holder() const {
  const auto folder = OpenFolder::OpenNamed(path_);
  return folder ? HolderOf(*folder) : std::nullopt;
}

}  // namespace mhc
