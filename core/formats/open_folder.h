// A folder that is held open. What is done in it goes by its descriptor: it reaches that folder
// wherever it is moved meanwhile, never another one that took its name, and follows no link out.
//
// Errors begin with the path of what was touched, below the path under which the folder was opened,
// and say whether another try may succeed. Copies share the descriptor. Thread rule: const use from
// several threads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/owned_descriptor.h"
#include "core/result.h"

namespace mhc {

class OpenFolder {
 public:
  // Fails where there is none, or where the last part of the path is a link.
  static Result<OpenFolder> Open(const std::filesystem::path& path);
  // The same for a name that a person gave, which may be a link to the folder.
  static Result<OpenFolder> OpenNamed(const std::filesystem::path& path);
  Result<OpenFolder> Inside(const std::string& name) const;

  // As it was opened, `shown_as` where that was changed: for sentences.
  const std::filesystem::path& path() const { return path_; }
  OpenFolder ShownAs(std::filesystem::path path) const;
  // Where it stands now, as far as the system tells.
  std::filesystem::path PresentPath() const;
  // A path that reaches `name` in this folder wherever it stands, in this process only: for
  // libraries that take paths.
  std::filesystem::path At(const std::string& name) const;
  // Its last name was taken away: what is written there is lost.
  bool WasRemoved() const;

  bool Holds(const std::string& name) const;        // anything, a dangling link included
  bool HoldsFile(const std::string& name) const;    // a regular file
  bool HoldsFolder(const std::string& name) const;  // not by a link
  // Ascending, without "." and "..".
  Result<std::vector<std::string>> Names() const;

  // A regular file by `flags` of open(2), of a mode that is the owner's alone where it is made. A
  // link is refused, a pipe or a device too, and neither is waited for.
  Result<OwnedDescriptor> OpenFile(const std::string& name, int flags) const;
  Status MakeFolder(const std::string& name) const;
  // In place of what has the new name; of folders, only of an empty one.
  Status Rename(const std::string& from, const std::string& to) const;
  // No error where there is none.
  Status RemoveFile(const std::string& name) const;
  // With all that is in it; links in it are removed, not followed. No error where there is none.
  Status RemoveFolder(const std::string& name) const;
  // Makes the names in it durable.
  Status Sync() const;

  int descriptor() const { return descriptor_->get(); }
  // The system's reason (errno) for what failed with `name` of this folder, or with itself ("").
  tl::unexpected<Error> Failed(const std::string& name, std::string_view what, int reason) const;

 private:
  OpenFolder(std::shared_ptr<const OwnedDescriptor> descriptor, std::filesystem::path path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  std::shared_ptr<const OwnedDescriptor> descriptor_;
  std::filesystem::path path_;
};

}  // namespace mhc
