// Writing of files with every result checked.
//
//   const Status written = ReplaceFile(path, [&](OutputFile& file) { return file.Append(text); });
//
// Errors begin with the path. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/formats/checksum.h"
#include "core/formats/open_folder.h"
#include "core/result.h"

namespace mhc {

class OutputFile {
 public:
  // A new file, or one that is emptied. Errors show the path, or `shown_as` where it is given.
  static Result<OutputFile> Create(const std::filesystem::path& path, std::string shown_as = {});
  // In an open folder, which has no file of that name yet; the owner's alone.
  static Result<OutputFile> Create(const OpenFolder& folder, const std::string& name);
  static OutputFile StandardOutput();

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();  // closes without a check: call Close where the outcome matters

  Status Append(std::span<const std::byte> bytes);
  Status Append(std::string_view text);
  // Returns when the disk has the bytes; their name may need SyncFolder too.
  Status Sync();
  Status Close();
  // Of what was appended.
  std::string ChecksumText() const { return checksum_.Text(); }

 private:
  OutputFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;
  Checksum checksum_;
};

// Makes the names in a folder durable: after a file in it was created or renamed.
Status SyncFolder(const std::filesystem::path& folder);

// Writes beside `path`, syncs, and renames into place: `path` has its old content or all of the
// new. What was written beside is removed on an error. A link is followed; a pipe or a device is
// written to as it stands.
Status ReplaceFile(const std::filesystem::path& path,
                   const std::function<Status(OutputFile&)>& write);

}  // namespace mhc
