#include "core/formats/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "core/formats/owned_descriptor.h"

namespace mhc {

Result<std::string> ReadSmallFile(const std::filesystem::path& file, std::size_t most) {
  const OwnedDescriptor input(
      open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!input) {
    if (errno == ELOOP) return Fail("{}: a symbolic link, expected a file", file.string());
    return Fail("{}: cannot be opened: {}", file.string(), std::strerror(errno));
  }
  struct stat about {};
  if (fstat(input.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Fail("{}: not a regular file", file.string());
  }
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t got = read(input.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail("{}: cannot be read: {}", file.string(), std::strerror(errno));
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most) {
      return Fail("{}: larger than {} bytes, which is the most that is read", file.string(), most);
    }
  }
}

Status WriteNewFile(const std::filesystem::path& file, std::string_view text, Audience audience,
                    bool sync) {
  const mode_t mode = audience == Audience::kOwner ? 0600 : 0644;
  const OwnedDescriptor output(
      open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!output) return Fail("{}: cannot be made: {}", file.string(), std::strerror(errno));
  const auto failed = [&] {
    const int reason = errno;
    unlink(file.c_str());
    return Fail("{}: cannot be written: {}", file.string(), std::strerror(reason));
  };
  while (!text.empty()) {
    const ssize_t put = write(output.get(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed();
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (sync && fsync(output.get()) != 0) return failed();
  return {};
}

std::string RandomHexadecimal(int digits) {
  std::random_device random;
  std::string text;
  for (int i = 0; i < digits; ++i) text += "0123456789abcdef"[random() & 0xf];
  return text;
}

}  // namespace mhc
