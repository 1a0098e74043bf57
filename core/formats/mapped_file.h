// The bytes of a regular file, mapped read-only: opening costs no memory, whatever its size.
//
// The mapping and every span into it last as long as the MappedFile. A file that another process
// cuts short while it is mapped ends this process with SIGBUS; files of ours are never cut, they
// are written beside and renamed. Thread rule: const use from several threads.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/formats/open_folder.h"
#include "core/result.h"

namespace mhc {

class MappedFile {
 public:
  // Fails with the path where the file cannot be opened, or is a folder, a pipe or a device.
  static Result<MappedFile> Open(const std::filesystem::path& path);
  // A file in an open folder, not by a link.
  static Result<MappedFile> Open(const OpenFolder& folder, const std::string& name);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const;

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace mhc
