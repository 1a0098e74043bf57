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
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

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
      ftruncate(descriptor, 0) == 0 &&
      pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  if (!written) {
    return Fail("{}: the process id cannot be written: {}", file.string(), std::strerror(errno));
  }
  return {};
}

}  // namespace

RunLock::RunLock(int descriptor) : descriptor_(descriptor) {}
RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
RunLock::~RunLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<RunLock> RunFolder::Lock() const {
  const std::filesystem::path file = path_ / "lock";
  OwnedDescriptor descriptor(open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!descriptor) return Fail("{}: cannot be opened: {}", file.string(), std::strerror(errno));
  struct stat about {};
  if (fstat(descriptor.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Fail("{}: found something else than a file, expected the run's lock", file.string());
  }
  if (!TakeByte(descriptor.get(), kHeldByte)) {
    if (errno != EAGAIN && errno != EACCES) {
      return Fail("{}: cannot be locked: {}", file.string(), std::strerror(errno));
    }
    const std::optional<LockHolder> holder = Holder();
    if (!holder || holder->process_id == 0) {
      return Fail("{}: another process has just begun to write this run", path_.string());
    }
    return Fail("{}: this run is written by process {} on host {}", path_.string(),
                holder->process_id, holder->host);
  }
  if (const auto status = WriteHolder(descriptor.get(), file); !status) {
    return tl::unexpected(status.error());
  }
  if (!TakeByte(descriptor.get(), kNamedByte)) {
    return Fail("{}: cannot be locked: {}", file.string(), std::strerror(errno));
  }
  return RunLock(descriptor.Release());
}

std::optional<LockHolder> RunFolder::Holder() const {
  constexpr std::size_t kLongestHolder = 4096;
  const std::filesystem::path file = path_ / "lock";
  // A stranger's pipe of that name must not hold a reader up.
  const OwnedDescriptor descriptor(
      open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat about {};
  if (!descriptor || fstat(descriptor.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return std::nullopt;
  }
  if (IsByteTaken(descriptor.get(), kNamedByte)) {
    const auto text = ReadSmallFile(file, kLongestHolder);
    return text ? ParseHolder(*text) : LockHolder{};
  }
  if (IsByteTaken(descriptor.get(), kHeldByte)) return LockHolder{};
  return std::nullopt;
}

}  // namespace mhc
