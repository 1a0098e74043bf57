// A run folder: where everything that happened in a run stands (FORMAT.md has every file).
//
// Thread rule: a RunFolder may be read from several threads; a RunLock belongs to one.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/formats/open_folder.h"
#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

// Who holds a run: written into `lock` by the engine.
struct LockHolder {
  std::int64_t process_id = 0;
  std::string host;
};

// An exclusive advisory lock (of the open file) on `lock`; the kernel drops it when the process
// dies. Who has it works in the folder that it was taken in, wherever that is moved.
class RunLock {
 public:
  // Error names the holder's process id and host where another process has it.
  static Result<RunLock> Take(const OpenFolder& run);

  const OpenFolder& folder() const { return folder_; }
  // The folder is still there, and the record in it that was there when this was asked first.
  Status CheckThere();

 private:
  RunLock(OpenFolder folder, OwnedDescriptor descriptor)
      : folder_(std::move(folder)), descriptor_(std::move(descriptor)) {}
  OpenFolder folder_;
  OwnedDescriptor descriptor_;
  std::uint64_t record_ = 0;  // its inode; 0: not looked at yet
};

class RunFolder {
 public:
  // Makes DIR with run.toml, inbox/ and checkpoints/, all of it the owner's alone, and has `fill`
  // make the rest: it gets the folder to come and the lock. The whole folder appears by one rename,
  // or not at all. Error where DIR exists, its parent cannot be written, or `fill` fails.
  using Filling = std::function<Status(const RunFolder& run, RunLock lock)>;
  static Result<RunFolder> Create(const std::filesystem::path& path,
                                  const Configuration& configuration, const Filling& fill = {});
  // A folder with a readable run.toml and a record. The error says which is missing. Touches
  // nothing. `settings` are laid over run.toml for this once, which stays as it is: those alone
  // that a resume may change: threads, mixing.kernels, data.source, train.steps.
  static Result<RunFolder> Open(const std::filesystem::path& path,
                                std::span<const Setting> settings = {});
  // $MHC_RUNS, else ~/mhc-runs; with NAME-DATE below it that does not exist yet.
  static std::filesystem::path DefaultPath(const std::string& name);

  const std::filesystem::path& path() const { return path_; }
  const Configuration& configuration() const { return configuration_; }
  std::filesystem::path record_path() const { return path_ / "record.sqlite"; }
  std::filesystem::path inbox_path() const { return path_ / "inbox"; }
  std::filesystem::path checkpoints_path() const { return path_ / "checkpoints"; }
  // checkpoints/step-000001000
  std::filesystem::path checkpoint_path(std::int64_t step) const;

  // Error names the holder's process id and host where another process has it.
  Result<RunLock> Lock() const;
  // The process that holds the lock now; empty where none does. Never blocks, takes no lock.
  std::optional<LockHolder> Holder() const;

 private:
  RunFolder(std::filesystem::path path, Configuration configuration);
  std::filesystem::path path_;
  Configuration configuration_;
};

// Run folders directly below `directory` (or itself, where it is one), by name.
Result<std::vector<std::filesystem::path>> FindRuns(const std::filesystem::path& directory);

}  // namespace mhc
