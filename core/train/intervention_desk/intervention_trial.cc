#include "core/train/intervention_desk/intervention_trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <charconv>
#include <sstream>

#include "core/formats/small_file.h"
#include "core/formats/system_calls.h"

namespace mhc {
namespace {

constexpr const char* kName = "trial";
constexpr std::size_t kLargestFile = 64 * 1024;
constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kLongestReason = 200;

// Of the trial that is open; a process trains one run at a time.
volatile sig_atomic_t note_descriptor = -1;

const char* SignalName(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "end it crashed (SIGSEGV)\n";
    case SIGBUS:
      return "end it crashed (SIGBUS)\n";
    case SIGFPE:
      return "end it crashed (SIGFPE)\n";
    case SIGILL:
      return "end it crashed (SIGILL)\n";
    case SIGABRT:
      return "end it aborted (SIGABRT)\n";
    default:
      return "end it crashed\n";
  }
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text.substr(0, kLongestReason);
}

}  // namespace

InterventionTrial::InterventionTrial(OpenFolder run) : run_(std::move(run)) {}

InterventionTrial::~InterventionTrial() { Forget(); }

void InterventionTrial::Forget() {
  if (descriptor_ < 0) return;
  note_descriptor = -1;
  close(descriptor_);
  descriptor_ = -1;
}

void InterventionTrial::TakeOver() {
  const auto text = ReadSmallFile(run_, kName, kLargestFile);
  if (!text) return;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line) && entries_.size() < kMostEntries;) {
    std::istringstream words(line);
    std::string what, id, rest;
    words >> what;
    if (what == "end") {
      std::getline(words >> std::ws, rest);
      for (auto& [name, entry] : entries_) {
        if (entry.open && entry.reason.empty()) entry.reason = OneLine(rest);
      }
      continue;
    }
    words >> id;
    std::getline(words >> std::ws, rest);
    if (id.empty()) continue;
    if (what == "ended") {
      entries_[id] = {false, 0, OneLine(rest)};
    } else if (what == "open" || what == "idle") {
      Entry entry{what == "open", 0, {}};
      std::from_chars(rest.data(), rest.data() + rest.size(), entry.tries);
      entries_[id] = entry;
    }
  }
  for (auto& [id, entry] : entries_) {
    entry.open = false;
    if (entry.reason.empty() && entry.tries >= kMostTries) {
      entry.reason = fmt::format("it was killed {} times there", entry.tries);
    }
  }
}

std::optional<std::string> InterventionTrial::ReasonAgainst(const std::string& id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.reason.empty()) return std::nullopt;
  return fmt::format("the engine ended while it was applied or in the step after: {}",
                     found->second.reason);
}

void InterventionTrial::Begin(const std::string& id) {
  if (entries_.size() >= kMostEntries && !entries_.contains(id)) return;
  Entry& entry = entries_[id];
  entry.open = true;
  ++entry.tries;
  Write();
}

void InterventionTrial::Pass(const std::string& id) {
  if (entries_.erase(id) > 0) Write();
}

void InterventionTrial::PassOpen() {
  if (std::erase_if(entries_, [](const auto& entry) { return entry.second.open; }) > 0) Write();
}

void InterventionTrial::Clear() {
  if (entries_.empty()) return;
  entries_.clear();
  Write();
}

void InterventionTrial::EndBy(const std::string& reason) {
  for (auto& [id, entry] : entries_) {
    if (!entry.open) continue;
    entry.reason = OneLine(reason);
    entry.open = false;
  }
  Write();
}

void InterventionTrial::Write() {
  if (entries_.empty()) {
    Forget();
    (void)run_.RemoveFile(kName);
    return;
  }
  if (descriptor_ < 0) {
    auto file = run_.OpenFile(kName, O_WRONLY | O_CREAT | O_APPEND);
    if (!file) return;
    descriptor_ = file->Release();
    note_descriptor = descriptor_;
  }
  std::string text;
  for (const auto& [id, entry] : entries_) {
    text += entry.reason.empty()
                ? fmt::format("{} {} {}\n", entry.open ? "open" : "idle", id, entry.tries)
                : fmt::format("ended {} {}\n", id, entry.reason);
  }
  if (Calls().truncate(descriptor_, 0) != 0) return;
  (void)!Calls().write(descriptor_, text.data(), text.size());
}

void InterventionTrial::NoteSignal(int signal) {
  const int descriptor = note_descriptor;
  if (descriptor < 0) return;
  const char* line = SignalName(signal);
  (void)!write(descriptor, line, strlen(line));
}

}  // namespace mhc
