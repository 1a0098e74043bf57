#include "core/record/run/run_folder.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <stdio.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "core/formats/output_file.h"
#include "core/formats/small_file.h"
#include "core/formats/system_calls.h"
#include "core/record/configuration/home_path.h"
#include "core/record/run/run_checkpoint.h"

namespace mhc {
namespace {

constexpr std::size_t kLargestConfiguration = 1 << 20;

bool Exists(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() !=
         std::filesystem::file_type::not_found;
}

// Missing folders above a run, so that they can be taken away again where the run is not made.
class MadeParents {
 public:
  static Result<MadeParents> Of(const std::filesystem::path& path) {
    MadeParents made;
    std::vector<std::filesystem::path> missing;
    std::filesystem::path folder = path.parent_path();
    for (; !folder.empty() && !Exists(folder); folder = folder.parent_path()) {
      missing.push_back(folder);
    }
    std::reverse(missing.begin(), missing.end());
    for (const auto& parent : missing) {
      std::error_code error;
      if (!std::filesystem::create_directory(parent, error) && error) {
        return Fail("{}: the folder cannot be made: {}", parent.string(), error.message());
      }
      made.folders_.push_back(parent);
    }
    return made;
  }
  MadeParents(MadeParents&& other) noexcept : folders_(std::exchange(other.folders_, {})) {}
  MadeParents& operator=(MadeParents&&) = delete;
  ~MadeParents() {
    std::error_code ignored;
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
      std::filesystem::remove(*folder, ignored);
    }
  }
  void Keep() { folders_.clear(); }

 private:
  MadeParents() = default;
  std::vector<std::filesystem::path> folders_;
};

// The folder that becomes the run by a rename; what is in it is taken away where that fails.
struct PartialFolder {
  std::filesystem::path path;
  ~PartialFolder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
};

Status MakeFolder(const std::filesystem::path& path) {
  constexpr mode_t kOwnersAlone = 0700;
  if (Calls().make_folder_at(AT_FDCWD, path.c_str(), kOwnersAlone) == 0) return {};
  return Fail("{}: the folder cannot be made: {}", path.string(), std::strerror(errno));
}

Status Fill(const OpenFolder& folder, const Configuration& configuration) {
  if (auto made = folder.MakeFolder("inbox"); !made) return made;
  if (auto made = folder.MakeFolder("checkpoints"); !made) return made;
  return WriteNewFile(folder, "run.toml", ToToml(configuration), /*sync=*/true);
}

// The lock comes first: a folder of this kind that nobody holds is what a kill has left.
Status MakeWhole(const OpenFolder& partial, const RunFolder& run, const RunFolder::Filling& fill) {
  auto lock = RunLock::Take(partial);
  if (!lock) return tl::unexpected(lock.error());
  if (auto filled = Fill(partial, run.configuration()); !filled) return filled;
  if (fill) {
    if (auto filled = fill(run, *std::move(lock)); !filled) return filled;
  }
  return partial.Sync();
}

std::string PartialPrefix(const std::filesystem::path& run) {
  return fmt::format(".{}.", run.filename().string().substr(0, 200));
}

// What a kill has left of earlier tries to make this run.
void RemoveDeadTries(const std::filesystem::path& run) {
  const auto parent = OpenFolder::OpenNamed(run.parent_path());
  const auto names = parent ? parent->Names() : tl::unexpected(parent.error());
  if (!names) return;
  constexpr std::string_view kEnding = ".partial";
  const std::string prefix = PartialPrefix(run);
  for (const std::string& name : *names) {
    const bool is_one = name.starts_with(prefix) && name.ends_with(kEnding) &&
                        name.size() == prefix.size() + 8 + kEnding.size();
    const auto folder = is_one ? parent->Inside(name) : tl::unexpected(Error{});
    if (!folder || !folder->HoldsFile("lock")) continue;
    if (RunLock::Take(*folder)) (void)parent->RemoveFolder(name);
  }
}

// Never over something that came to be there meanwhile, an empty folder included.
Status RenameToNew(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto rename_with = [&](unsigned flags) {
    return Calls().rename_at(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
  };
  if (rename_with(RENAME_NOREPLACE)) return {};
  // Some network file systems do not know that flag.
  if ((errno == EINVAL || errno == ENOSYS) && !Exists(to) && rename_with(0)) return {};
  if (errno == EEXIST || Exists(to)) {
    return Fail("{}: exists already, expected the name of a new run folder", to.string());
  }
  return Fail("{}: the run folder cannot be made: {}", to.string(), std::strerror(errno));
}

// By its name, as people send runs to each other.
bool IsArchive(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kEndings = {".zip", ".tar", ".tgz", ".gz", ".xz", ".zst", ".bz2", ".7z"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

bool IsRun(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder / "run.toml", error) &&
         std::filesystem::is_regular_file(folder / "record.sqlite", error);
}

// What decides how a run is computed, or where its data stand, and not what it is.
bool MayChangeAtResume(std::string_view key) {
  return key == "threads" || key == "mixing.kernels" || key == "data.source" ||
         key == "train.steps";
}

}  // namespace

RunFolder::RunFolder(std::filesystem::path path, Configuration configuration)
    : path_(std::move(path)), configuration_(std::move(configuration)) {}

Result<RunFolder> RunFolder::Create(const std::filesystem::path& given,
                                    const Configuration& configuration, const Filling& fill) {
  std::filesystem::path path = std::filesystem::absolute(given).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (Exists(path)) {
    return Fail("{}: exists already, expected the name of a new run folder", path.string());
  }
  auto parents = MadeParents::Of(path);
  if (!parents) return tl::unexpected(parents.error());
  RemoveDeadTries(path);
  PartialFolder partial;
  const std::filesystem::path beside =
      path.parent_path() / (PartialPrefix(path) + RandomHexadecimal(8) + ".partial");
  if (const auto made = MakeFolder(beside); !made) return tl::unexpected(made.error());
  partial.path = beside;
  const auto folder = OpenFolder::Open(beside);
  if (!folder) return tl::unexpected(folder.error());
  const RunFolder run(path, configuration);
  if (const auto made = MakeWhole(folder->ShownAs(path), run, fill); !made) {
    return tl::unexpected(made.error());
  }
  if (const auto status = RenameToNew(partial.path, path); !status) {
    return tl::unexpected(status.error());
  }
  partial.path.clear();
  parents->Keep();
  if (const auto status = SyncFolder(path.parent_path()); !status) {
    return tl::unexpected(status.error());
  }
  return run;
}

Result<RunFolder> RunFolder::Open(const std::filesystem::path& path,
                                  std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (!MayChangeAtResume(setting.key)) {
      return Fail(
          "--set {}: stays as the run was started with, expected threads, mixing.kernels, "
          "data.source or train.steps",
          setting.key);
    }
  }
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Fail("{}: no such folder, expected a run", path.string());
  }
  if (!std::filesystem::is_directory(path, error)) {
    return Fail("{}: is a file, expected the folder of a run{}", path.string(),
                IsArchive(path) ? "; unpack the archive and open the folder that is in it" : "");
  }
  const std::filesystem::path toml = path / "run.toml";
  if (!Exists(toml)) return Fail("{}: is missing, so this folder is not a run", toml.string());
  const auto text = ReadSmallFile(toml, kLargestConfiguration);
  if (!text) return tl::unexpected(text.error());
  auto configuration = ParseConfiguration(*text, toml.string(), settings);
  if (!configuration) return tl::unexpected(configuration.error());
  RunFolder folder(path, *std::move(configuration));
  if (!Exists(folder.record_path())) {
    return Fail("{}: is missing, this run was never started", folder.record_path().string());
  }
  return folder;
}

std::filesystem::path RunFolder::DefaultPath(const std::string& name) {
  const char* runs = std::getenv("MHC_RUNS");
  const std::filesystem::path base = runs != nullptr && *runs != '\0'
                                         ? std::filesystem::path(WithHome(runs))
                                         : std::filesystem::path(WithHome("~/mhc-runs"));
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const std::string dated = fmt::format("{}-{:%Y-%m-%d}", name, fmt::localtime(now));
  std::filesystem::path path = base / dated;
  for (int number = 2; Exists(path); ++number) path = base / fmt::format("{}-{}", dated, number);
  return path;
}

std::filesystem::path RunFolder::checkpoint_path(std::int64_t step) const {
  return checkpoints_path() / CheckpointName(step);
}

Result<std::vector<std::filesystem::path>> FindRuns(const std::filesystem::path& directory) {
  if (IsRun(directory)) return std::vector{directory};
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) return Fail("{}: cannot be listed: {}", directory.string(), error.message());
  std::vector<std::filesystem::path> runs;
  while (entries != std::filesystem::directory_iterator()) {
    const std::filesystem::path& folder = entries->path();
    if (!folder.filename().string().starts_with('.') && IsRun(folder)) runs.push_back(folder);
    entries.increment(error);
    if (error) return Fail("{}: cannot be listed: {}", directory.string(), error.message());
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

}  // namespace mhc
