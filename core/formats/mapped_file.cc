#include "core/formats/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mhc {
namespace {

Result<std::span<const std::byte>> Map(int descriptor, const std::string& path) {
  struct stat file = {};
  if (fstat(descriptor, &file) != 0) return Fail("{}: {}", path, std::strerror(errno));
  if (!S_ISREG(file.st_mode)) {
    return Fail("{}: found {}, expected a regular file", path,
                S_ISDIR(file.st_mode) ? "a folder" : "a pipe or a device");
  }
  const auto size = static_cast<std::size_t>(file.st_size);
  if (size == 0) return std::span<const std::byte>();  // mmap refuses an empty range
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) return Fail("{}: {}", path, std::strerror(errno));
  return std::span(static_cast<const std::byte*>(address), size);
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::filesystem::path& path) {
  // Without O_NONBLOCK the opening of a pipe would wait for a writer.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return Fail("{}: {}", path.string(), std::strerror(errno));
  const auto bytes = Map(descriptor, path.string());
  close(descriptor);
  if (!bytes) return tl::unexpected(bytes.error());
  return MappedFile(*bytes);
}

Result<MappedFile> MappedFile::Open(const OpenFolder& folder, const std::string& name) {
  const auto file = folder.OpenFile(name, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  const auto bytes = Map(file->get(), (folder.path() / name).string());
  if (!bytes) return tl::unexpected(bytes.error());
  return MappedFile(*bytes);
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

std::string_view MappedFile::text() const {
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

}  // namespace mhc
