#include "core/record/intervention/inbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/formats/small_file.h"

namespace mhc {
namespace {

constexpr std::size_t kLargestRequest = 64 * 1024;
constexpr std::size_t kMostAtOnce = 256;
constexpr std::string_view kWaiting = ".json";
constexpr std::string_view kTaken = ".json.taken";

// "20261124T023118.123456789Z": the order of names is the order in time.
std::string TimeText() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds);
  return fmt::format("{:%Y%m%dT%H%M%S}.{:09}Z", fmt::gmtime(seconds), nanoseconds.count());
}

bool IsWord(std::string_view text, std::string_view also) {
  if (text.empty() || text.size() > 40) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
}

// <time>-<random> of <time>-<random>-<kind><ending>; empty where the name is another.
std::string_view IdOf(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return {};
  name.remove_suffix(ending.size());
  const auto first = name.find('-');
  const auto second = name.find('-', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return {};
  const bool fits = IsWord(name.substr(0, first), ".") &&
                    IsWord(name.substr(first + 1, second - first - 1), "") &&
                    IsWord(name.substr(second + 1), "_");
  return fits ? name.substr(0, second) : std::string_view{};
}

bool IsRegularFile(const std::filesystem::path& path) {
  struct stat about {};
  return lstat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode);
}

// Names in the folder, ascending.
Result<std::vector<std::string>> NamesIn(const std::filesystem::path& folder) {
  const auto close_folder = [](DIR* open) { closedir(open); };
  const std::unique_ptr<DIR, decltype(close_folder)> open(opendir(folder.c_str()), close_folder);
  if (!open) return Fail("{}: cannot be listed: {}", folder.string(), std::strerror(errno));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(open.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TakenRequest ReadTaken(const std::filesystem::path& file, std::string_view id) {
  TakenRequest request;
  request.id = id;
  request.file = file;
  auto text = ReadSmallFile(file, kLargestRequest);
  if (text) {
    request.text = *std::move(text);
  } else {
    request.unreadable = text.error().message;
  }
  return request;
}

}  // namespace

Inbox::Inbox(std::filesystem::path folder) : folder_(std::move(folder)) {}

Result<std::string> Inbox::Submit(InterventionRequest request) {
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    request.id = fmt::format("{}-{}", TimeText(), RandomHexadecimal(8));
    const std::string name = fmt::format("{}-{}{}", request.id, request.kind, kWaiting);
    const std::filesystem::path written = folder_ / ("." + name + ".partial");
    const auto status = WriteNewFile(written, ToJsonText(request), Audience::kOwner, false);
    if (!status) return tl::unexpected(status.error());
    const std::filesystem::path placed = folder_ / name;
    const int result = link(written.c_str(), placed.c_str());
    const int reason = errno;
    unlink(written.c_str());
    if (result == 0) return request.id;
    if (reason != EEXIST) {
      return Fail("{}: the request cannot be placed: {}", placed.string(), std::strerror(reason));
    }
  }
  return Fail("{}: the request cannot be placed: its name is taken", folder_.string());
}

Result<bool> Inbox::Withdraw(const std::string& id) {
  const auto names = NamesIn(folder_);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (IdOf(name, kWaiting) != id) continue;
    const std::filesystem::path waiting = folder_ / name;
    const std::filesystem::path withdrawn = folder_ / ("." + name + ".withdrawn");
    if (rename(waiting.c_str(), withdrawn.c_str()) == 0) {
      unlink(withdrawn.c_str());
      return true;
    }
    if (errno == ENOENT) return false;
    return Fail("{}: the request cannot be withdrawn: {}", waiting.string(), std::strerror(errno));
  }
  return false;
}

Result<std::vector<TakenRequest>> Inbox::Take() {
  const auto names = NamesIn(folder_);
  if (!names) return tl::unexpected(names.error());
  std::vector<TakenRequest> requests;
  for (const std::string& name : *names) {
    if (gave_leftovers_) break;
    const std::string_view id = IdOf(name, kTaken);
    if (!id.empty() && IsRegularFile(folder_ / name)) {
      requests.push_back(ReadTaken(folder_ / name, id));
    }
  }
  gave_leftovers_ = true;
  for (const std::string& name : *names) {
    if (requests.size() >= kMostAtOnce) break;
    const std::string_view id = IdOf(name, kWaiting);
    if (id.empty() || !IsRegularFile(folder_ / name)) continue;
    const std::filesystem::path waiting = folder_ / name;
    std::filesystem::path taken = waiting;
    taken.replace_filename(name.substr(0, name.size() - kWaiting.size()).append(kTaken));
    if (rename(waiting.c_str(), taken.c_str()) != 0) {
      if (errno == ENOENT) continue;  // withdrawn between the listing and now
      return Fail("{}: the request cannot be taken: {}", waiting.string(), std::strerror(errno));
    }
    requests.push_back(ReadTaken(taken, id));
  }
  return requests;
}

Status Inbox::Done(const TakenRequest& request) {
  if (unlink(request.file.c_str()) != 0 && errno != ENOENT) {
    return Fail("{}: the request cannot be deleted: {}", request.file.string(),
                std::strerror(errno));
  }
  return {};
}

}  // namespace mhc
