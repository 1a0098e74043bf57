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

#include "core/record/intervention/intervention.h"
#include "core/result.h"

namespace mhc {

struct TakenRequest {
  std::string id;              // <time>-<random>
  std::string text;            // content; capped at 64 KiB
  std::string unreadable;      // why it could not be read; empty where it could
  std::filesystem::path file;  // ….taken
};

class Inbox {
 public:
  explicit Inbox(std::filesystem::path folder);

  // Client: gives the request its id and places it. Returns the id.
  Result<std::string> Submit(InterventionRequest request);
  // Client: takes back what no engine took yet; false where an engine already has it.
  Result<bool> Withdraw(const std::string& id);

  // Engine: the requests that came since the last call, oldest first, each renamed to taken; at
  // most 256 at once. The first call also gives those that an engine before it had taken. Files
  // that are not requests (other names) are left alone; links and folders are not followed.
  Result<std::vector<TakenRequest>> Take();
  // Engine: after the outcome is in the record.
  Status Done(const TakenRequest& request);

 private:
  std::filesystem::path folder_;
  bool gave_leftovers_ = false;
};

}  // namespace mhc
