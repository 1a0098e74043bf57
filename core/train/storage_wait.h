// What a run does while a write to its folder is refused for a reason that may pass, as a full disk
// or a lock that another program holds: it waits, says so once, and goes on when it may.
//
// Thread rule: the training thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/formats/open_folder.h"
#include "core/result.h"

namespace mhc {

class StorageWait {
 public:
  using Saying = std::function<void(const std::string& sentence)>;
  // `run`: the folder; where it is removed there is nothing to wait for.
  StorageWait(OpenFolder run, Saying say) : run_(std::move(run)), say_(std::move(say)) {}

  // From here on it waits, until a stop is asked for. Before, and after End, every refusal counts.
  void Begin(std::function<bool()> stop_requested) { stop_requested_ = std::move(stop_requested); }
  void End() { stop_requested_ = nullptr; }

  // One that was refused: sleeps a moment; true where it is to be tried again.
  bool Meet(const Error& refusal);
  // Again and again until it succeeds, or what is refused is not worth waiting for.
  Status Persist(const std::function<Status()>& write);

  // What there was to wait for since the last call, and how long: for an alert. Empty: nothing, or
  // it goes on.
  std::optional<std::string> TakeEnded();

 private:
  using Clock = std::chrono::steady_clock;

  OpenFolder run_;
  Saying say_;
  std::function<bool()> stop_requested_;
  std::string reason_;  // of the first refusal; empty: does not wait
  Clock::time_point since_;
};

}  // namespace mhc
