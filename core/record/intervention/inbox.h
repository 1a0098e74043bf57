// The inbox of a run: requests dropped by anyone who may write it, taken by the engine in order.
//
// A request is <time>-<random>-<kind>.json, placed with link() so that none overwrites another. The
// engine takes one by renaming it to ….taken (whoever renames first has it: the client that
// withdraws or the engine), applies it, records the outcome, and deletes it. After a crash the
// taken ones come first; those whose outcome is already in the record are only deleted. Thread
// rule: one thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/open_folder.h"
#include "core/record/intervention/intervention.h"
#include "core/result.h"

namespace mhc {

struct TakenRequest {
  std::string id;          // <time>-<random>
  std::string text;        // content; capped at 64 KiB
  std::string unreadable;  // why it could not be read; empty where it could
  std::string name;        // ….taken
};

struct TakenRequests {
  std::vector<TakenRequest> requests;
  std::string left;  // why one that waits could not be taken, for now; empty where all were
};

class Inbox {
 public:
  explicit Inbox(std::filesystem::path folder);  // that is it
  explicit Inbox(OpenFolder run);                // in the folder of a run, wherever that is moved

  // Client: gives the request its id and places it. Returns the id.
  Result<std::string> Submit(InterventionRequest request);
  // Client: takes back what no engine took yet; false where an engine already has it.
  Result<bool> Withdraw(const std::string& id);

  // Engine: the requests that came since the last call, oldest first, each renamed to taken; at
  // most 256 at once. The first call also gives those that an engine before it had taken. Files
  // that are not requests (other names) are left alone; links and folders are not followed. One
  // that cannot be taken stays, with those behind it, for the next call. Error where the inbox
  // cannot be read.
  Result<TakenRequests> Take();
  // Engine: after the outcome is in the record. What cannot be deleted now is tried again at the
  // next Take(), and otherwise by a later engine, which knows the outcome.
  void Done(const TakenRequest& request);

 private:
  Result<OpenFolder> Open() const;

  std::filesystem::path folder_;
  std::optional<OpenFolder> run_;
  std::vector<std::string> settled_;  // names that could not be deleted yet
  bool gave_leftovers_ = false;
};

}  // namespace mhc
