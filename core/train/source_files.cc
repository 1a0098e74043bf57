#include "core/train/source_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

namespace mhc {
namespace {

namespace fs = std::filesystem;

bool IsBelow(const fs::path& path, const fs::path& folder) {
  return std::mismatch(path.begin(), path.end(), folder.begin(), folder.end()).second ==
         folder.end();
}

bool MayBeListed(const fs::path& folder) {
  return faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0;
}

// What a link stands for; `root` is free of links.
SourceFile FollowLink(const fs::path& link, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  if (error) return {link, "a link that leads to nothing"};
  const bool leads_out = !IsBelow(target, root);
  if (fs::is_regular_file(target, error)) return {link, "", leads_out};
  if (!fs::is_directory(target, error)) return {link, "a link to what is no file"};
  return {link, leads_out ? "a link to a folder elsewhere, which is not walked" : ""};
}

class Walk {
 public:
  explicit Walk(const fs::path& folder) : folder_(folder) {}

  Result<std::vector<SourceFile>> Files() {
    std::error_code error;
    root_ = fs::canonical(folder_, error);
    fs::recursive_directory_iterator entry;
    if (!error) entry = fs::recursive_directory_iterator(folder_, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      See(entry);
    }
    if (error) return Fail("{}: cannot be read: {}", folder_.string(), error.message());
    std::sort(found_.begin(), found_.end(),
              [](const Found& a, const Found& b) { return a.file.path < b.file.path; });
    return EachOnce();
  }

 private:
  struct Found {
    SourceFile file;
    bool is_link = false;
  };

  void See(fs::recursive_directory_iterator& entry) {
    const fs::path path = entry->path();
    std::error_code error;
    const bool is_link = entry->is_symlink(error);
    const bool is_folder = !is_link && entry->is_directory(error);
    if (path.filename().string().starts_with('.')) {
      if (is_folder) entry.disable_recursion_pending();
    } else if (is_link) {
      SourceFile file = FollowLink(path, root_);
      const bool is_walked_anyway = file.fault.empty() && fs::is_directory(path, error);
      if (!is_walked_anyway) found_.push_back({std::move(file), true});
    } else if (is_folder) {
      if (MayBeListed(path)) return;
      entry.disable_recursion_pending();
      found_.push_back({{path, "a folder that may not be read, permission is missing"}});
    } else {
      const bool is_file = entry->is_regular_file(error);
      found_.push_back({{path, is_file ? "" : "neither file nor folder"}});
    }
  }

  std::vector<SourceFile> EachOnce() const {
    std::map<std::pair<dev_t, ino_t>, std::size_t> chosen;
    std::vector<bool> is_chosen(found_.size(), false);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      struct stat about {};
      if (!found_[i].file.fault.empty() || stat(found_[i].file.path.c_str(), &about) != 0) {
        is_chosen[i] = true;
        continue;
      }
      const auto [at, is_new] = chosen.try_emplace({about.st_dev, about.st_ino}, i);
      if (is_new) {
        is_chosen[i] = true;
      } else if (found_[i].is_link && !found_[at->second].is_link) {
        is_chosen[at->second] = false;
        is_chosen[i] = true;
        at->second = i;
      }
    }
    std::vector<SourceFile> files;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (is_chosen[i]) files.push_back(found_[i].file);
    }
    return files;
  }

  const fs::path folder_;
  fs::path root_;
  std::vector<Found> found_;
};

}  // namespace

Result<std::vector<SourceFile>> FindSourceFiles(const fs::path& folder) {
  return Walk(folder).Files();
}

}  // namespace mhc
