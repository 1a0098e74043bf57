#include "core/formats/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "core/formats/output_file.h"
#include "core/formats/owned_descriptor.h"

namespace mhc {
namespace {

Result<std::string> ReadAll(int input, std::size_t most, const std::string& shown) {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t got = read(input, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail("{}: cannot be read: {}", shown, std::strerror(errno));
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most) {
      return Fail("{}: larger than {} bytes, which is the most that is read", shown, most);
    }
  }
}

}  // namespace

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
  return ReadAll(input.get(), most, file.string());
}

Result<std::string> ReadSmallFile(const OpenFolder& folder, const std::string& name,
                                  std::size_t most) {
  const auto input = folder.OpenFile(name, O_RDONLY);
  if (!input) return tl::unexpected(input.error());
  return ReadAll(input->get(), most, (folder.path() / name).string());
}

Status WriteNewFile(const OpenFolder& folder, const std::string& name, std::string_view text,
                    bool sync) {
  auto file = OutputFile::Create(folder, name);
  if (!file) return tl::unexpected(file.error());
  Status done = file->Append(text);
  if (done && sync) done = file->Sync();
  if (done) done = file->Close();
  if (!done) (void)folder.RemoveFile(name);
  return done;
}

std::string RandomHexadecimal(int digits) {
  std::random_device random;
  std::string text;
  for (int i = 0; i < digits; ++i) text += "0123456789abcdef"[random() & 0xf];
  return text;
}

}  // namespace mhc
