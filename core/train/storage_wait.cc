#include "core/train/storage_wait.h"

#include <thread>

#include "core/formats/person_text.h"

namespace mhc {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

bool StorageWait::Meet(const Error& refusal) {
  const bool worth_it =
      refusal.may_pass && stop_requested_ && !stop_requested_() && !run_.WasRemoved();
  if (!worth_it) return false;
  if (reason_.empty()) {
    reason_ = refusal.message;
    since_ = Clock::now();
    say_("training waits, and goes on when it can write: " + reason_);
  }
  std::this_thread::sleep_for(kPause);
  return true;
}

Status StorageWait::Persist(const std::function<Status()>& write) {
  while (true) {
    const Status done = write();
    if (done || !Meet(done.error())) return done;
  }
}

std::optional<std::string> StorageWait::TakeEnded() {
  if (reason_.empty()) return std::nullopt;
  const double seconds = std::chrono::duration<double>(Clock::now() - since_).count();
  return fmt::format("training waited {} because of a write that was refused: {}",
                     DurationText(seconds), std::exchange(reason_, {}));
}

}  // namespace mhc
