#include "core/record/intervention/inbox.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "core/formats/small_file.h"
#include "core/formats/system_calls.h"

namespace mhc {
namespace {

constexpr std::size_t kLargestRequest = 64 * 1024;
constexpr std::size_t kMostAtOnce = 256;
constexpr const char* kName = "inbox";
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

Result<std::vector<std::string>> RequestsIn(const OpenFolder& inbox) {
  auto names = inbox.Names();
  if (names) std::erase_if(*names, [](const std::string& name) { return name.starts_with('.'); });
  return names;
}

TakenRequest ReadTaken(const OpenFolder& inbox, const std::string& name, std::string_view id) {
  TakenRequest request;
  request.id = id;
  request.name = name;
  auto text = ReadSmallFile(inbox, name, kLargestRequest);
  if (text) {
    request.text = *std::move(text);
  } else {
    request.unreadable = text.error().message;
  }
  return request;
}

// Where a file system has no hard links, a rename that replaces nothing does the same.
bool Place(const OpenFolder& inbox, const std::string& written, const std::string& name) {
  if (Calls().link_at(inbox.descriptor(), written.c_str(), inbox.descriptor(), name.c_str(), 0) ==
      0) {
    (void)inbox.RemoveFile(written);
    return true;
  }
  const bool no_links = errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP;
  return no_links && Calls().rename_at(inbox.descriptor(), written.c_str(), inbox.descriptor(),
                                       name.c_str(), RENAME_NOREPLACE) == 0;
}

}  // namespace

Inbox::Inbox(std::filesystem::path folder) : folder_(std::move(folder)) {}

Inbox::Inbox(OpenFolder run) : folder_(run.path() / kName), run_(std::move(run)) {}

Result<OpenFolder> Inbox::Open() const {
  return run_ ? run_->Inside(kName) : OpenFolder::Open(folder_);
}

Result<std::string> Inbox::Submit(InterventionRequest request) {
  constexpr int kAttempts = 8;
  const auto inbox = Open();
  if (!inbox) return tl::unexpected(inbox.error());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    request.id = fmt::format("{}-{}", TimeText(), RandomHexadecimal(8));
    const std::string name = fmt::format("{}-{}{}", request.id, request.kind, kWaiting);
    const std::string written = "." + name + ".partial";
    if (const auto made = WriteNewFile(*inbox, written, ToJsonText(request), false); !made) {
      return tl::unexpected(made.error());
    }
    if (Place(*inbox, written, name)) return request.id;
    const int reason = errno;
    (void)inbox->RemoveFile(written);
    if (reason != EEXIST) return inbox->Failed(name, "the request cannot be placed", reason);
  }
  return Fail("{}: the request cannot be placed: its name is taken", folder_.string());
}

Result<bool> Inbox::Withdraw(const std::string& id) {
  const auto inbox = Open();
  if (!inbox) return tl::unexpected(inbox.error());
  const auto names = RequestsIn(*inbox);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (IdOf(name, kWaiting) != id) continue;
    const std::string withdrawn = "." + name + ".withdrawn";
    if (inbox->Rename(name, withdrawn)) {
      (void)inbox->RemoveFile(withdrawn);
      return true;
    }
    if (!inbox->Holds(name)) return false;
    return Fail("{}: the request cannot be withdrawn", (folder_ / name).string());
  }
  return false;
}

Result<TakenRequests> Inbox::Take() {
  const auto inbox = Open();
  if (!inbox) return tl::unexpected(inbox.error());
  std::erase_if(settled_, [&](const std::string& name) { return inbox->RemoveFile(name); });
  const auto names = RequestsIn(*inbox);
  if (!names) return tl::unexpected(names.error());
  TakenRequests taken;
  for (const std::string& name : *names) {
    if (gave_leftovers_) break;
    const std::string_view id = IdOf(name, kTaken);
    if (!id.empty() && inbox->HoldsFile(name)) {
      taken.requests.push_back(ReadTaken(*inbox, name, id));
    }
  }
  gave_leftovers_ = true;
  for (const std::string& name : *names) {
    if (taken.requests.size() >= kMostAtOnce) break;
    const std::string_view id = IdOf(name, kWaiting);
    if (id.empty() || !inbox->HoldsFile(name)) continue;
    const std::string own = name.substr(0, name.size() - kWaiting.size()).append(kTaken);
    if (const auto renamed = inbox->Rename(name, own); !renamed) {
      if (!inbox->Holds(name)) continue;  // withdrawn between the listing and now
      taken.left = renamed.error().message;
      // Those behind it keep their order where another try may succeed.
      if (renamed.error().may_pass) break;
      continue;
    }
    taken.requests.push_back(ReadTaken(*inbox, own, id));
  }
  return taken;
}

void Inbox::Done(const TakenRequest& request) {
  if (request.name.empty()) return;  // it came from elsewhere
  const auto inbox = Open();
  if (!inbox || !inbox->RemoveFile(request.name)) settled_.push_back(request.name);
}

}  // namespace mhc
