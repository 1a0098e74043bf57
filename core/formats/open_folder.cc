#include "core/formats/open_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/formats/system_calls.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;
// Deeper than any folder of a run; a stranger's may be made to exhaust the stack.
constexpr int kDeepest = 32;

std::string DescriptorPath(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

// Of a folder that is open; closes it.
Result<std::vector<std::string>> ReadNames(DIR* folder, const std::string& shown) {
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int reason = errno;
  closedir(folder);
  if (reason != 0) return Fail("{}: cannot be listed: {}", shown, std::strerror(reason));
  std::sort(names.begin(), names.end());
  return names;
}

Status RemoveAll(const OpenFolder& parent, const std::string& name, int depth) {
  if (depth > kDeepest) {
    return Fail("{}: more than {} folders deep, expected those of a run",
                (parent.path() / name).string(), kDeepest);
  }
  if (parent.HoldsFolder(name)) {
    const auto folder = parent.Inside(name);
    if (!folder) return tl::unexpected(folder.error());
    const auto names = folder->Names();
    if (!names) return tl::unexpected(names.error());
    for (const std::string& inside : *names) {
      Status removed = folder->HoldsFolder(inside) ? RemoveAll(*folder, inside, depth + 1)
                                                   : folder->RemoveFile(inside);
      if (!removed) return removed;
    }
  } else if (!parent.Holds(name)) {
    return {};
  } else {
    return parent.RemoveFile(name);
  }
  if (Calls().unlink_at(parent.descriptor(), name.c_str(), AT_REMOVEDIR) == 0) return {};
  return parent.Failed(name, "the folder cannot be removed", errno);
}

}  // namespace

tl::unexpected<Error> OpenFolder::Failed(const std::string& name, std::string_view what,
                                         int reason) const {
  const fs::path path = name.empty() ? path_ : path_ / name;
  return tl::unexpected<Error>(
      Error{fmt::format("{}: {}: {}", path.string(), what, std::strerror(reason)),
            MayPass(reason) && !WasRemoved()});
}

Result<OpenFolder> OpenFolder::Open(const fs::path& path) {
  auto descriptor =
      std::make_shared<OwnedDescriptor>(open(path.c_str(), kFolderFlags | O_NOFOLLOW));
  if (*descriptor) return OpenFolder(std::move(descriptor), path);
  const int reason = errno;
  std::error_code ignored;
  if (fs::is_symlink(path, ignored)) {
    return Fail("{}: a symbolic link, expected the folder itself", path.string());
  }
  return Fail("{}: the folder cannot be opened: {}", path.string(), std::strerror(reason));
}

Result<OpenFolder> OpenFolder::OpenNamed(const fs::path& path) {
  auto descriptor = std::make_shared<OwnedDescriptor>(open(path.c_str(), kFolderFlags));
  if (*descriptor) return OpenFolder(std::move(descriptor), path);
  return Fail("{}: the folder cannot be opened: {}", path.string(), std::strerror(errno));
}

Result<OpenFolder> OpenFolder::Inside(const std::string& name) const {
  auto inside = std::make_shared<OwnedDescriptor>(
      openat(descriptor(), name.c_str(), kFolderFlags | O_NOFOLLOW));
  if (*inside) return OpenFolder(std::move(inside), path_ / name);
  const int reason = errno;
  struct stat about {};
  if (fstatat(descriptor(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(about.st_mode)) {
    return Fail("{}: a symbolic link, expected the folder itself", (path_ / name).string());
  }
  return Failed(name, "the folder cannot be opened", reason);
}

OpenFolder OpenFolder::ShownAs(fs::path path) const { return {descriptor_, std::move(path)}; }

fs::path OpenFolder::PresentPath() const {
  std::error_code error;
  const fs::path present = fs::read_symlink(DescriptorPath(descriptor()), error);
  struct stat opened {};
  struct stat named {};
  const bool same = fstat(descriptor(), &opened) == 0 && stat(path_.c_str(), &named) == 0 &&
                    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  return error || same ? path_ : present;
}

fs::path OpenFolder::At(const std::string& name) const {
  return fs::path(DescriptorPath(descriptor())) / name;
}

bool OpenFolder::WasRemoved() const {
  struct stat about {};
  return fstat(descriptor(), &about) == 0 && about.st_nlink == 0;
}

bool OpenFolder::Holds(const std::string& name) const {
  struct stat about {};
  return fstatat(descriptor(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0;
}

bool OpenFolder::HoldsFile(const std::string& name) const {
  struct stat about {};
  return fstatat(descriptor(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(about.st_mode);
}

bool OpenFolder::HoldsFolder(const std::string& name) const {
  struct stat about {};
  return fstatat(descriptor(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(about.st_mode);
}

Result<std::vector<std::string>> OpenFolder::Names() const {
  // A descriptor of its own: the place in a listing belongs to the open folder.
  OwnedDescriptor again(openat(descriptor(), ".", kFolderFlags));
  if (!again) return Failed("", "cannot be listed", errno);
  DIR* folder = fdopendir(again.get());
  if (folder == nullptr) return Failed("", "cannot be listed", errno);
  again.Release();
  return ReadNames(folder, path_.string());
}

Result<OwnedDescriptor> OpenFolder::OpenFile(const std::string& name, int flags) const {
  constexpr mode_t kOwnersAlone = 0600;
  OwnedDescriptor file(Calls().open_at(descriptor(), name.c_str(),
                                       flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
                                       kOwnersAlone));
  if (!file) {
    const int reason = errno;
    if (reason == ELOOP) {
      return Fail("{}: a symbolic link, expected a file", (path_ / name).string());
    }
    return Failed(name, "cannot be opened", reason);
  }
  struct stat about {};
  if (fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Fail("{}: found something else than a file, expected a file", (path_ / name).string());
  }
  return file;
}

Status OpenFolder::MakeFolder(const std::string& name) const {
  constexpr mode_t kOwnersAlone = 0700;
  if (Calls().make_folder_at(descriptor(), name.c_str(), kOwnersAlone) == 0) return {};
  return Failed(name, "the folder cannot be made", errno);
}

Status OpenFolder::Rename(const std::string& from, const std::string& to) const {
  if (Calls().rename_at(descriptor(), from.c_str(), descriptor(), to.c_str(), 0) == 0) return {};
  return Failed(from, fmt::format("cannot be renamed to {}", to), errno);
}

Status OpenFolder::RemoveFile(const std::string& name) const {
  if (Calls().unlink_at(descriptor(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
  return Failed(name, "cannot be deleted", errno);
}

Status OpenFolder::RemoveFolder(const std::string& name) const { return RemoveAll(*this, name, 0); }

Status OpenFolder::Sync() const {
  if (Calls().sync(descriptor()) == 0) return {};
  return Failed("", "cannot be synced", errno);
}

}  // namespace mhc
