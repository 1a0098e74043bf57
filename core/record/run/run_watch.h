// Who looks at a live run. A lab that follows one holds an advisory lock on `watchers` in its
// folder, which the kernel drops when it ends: the engine may then wait for a person, and must not
// where nobody would come.
//
// Thread rule: one thread an object.
#pragma once

#include <filesystem>
#include <optional>

#include "core/formats/open_folder.h"

namespace mhc {

class RunWatch {
 public:
  // Viewer: counts as looking as long as the object lives. Empty where the run has no such file, or
  // one that may not be opened: then nobody is counted.
  static std::optional<RunWatch> Attach(const std::filesystem::path& run);
  // Engine: makes the file that viewers lock; nothing is lost where it cannot.
  static void Prepare(const OpenFolder& run);
  static bool IsWatched(const OpenFolder& run);

 private:
  explicit RunWatch(OwnedDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  OwnedDescriptor descriptor_;
};

}  // namespace mhc
