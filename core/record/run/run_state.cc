#include "core/record/run/run_state.h"

namespace mhc {
namespace {

bool NeedsEngine(RunState state) {
  return state == RunState::kRunning || state == RunState::kPaused;
}

}  // namespace

Result<RunState> CurrentState(const RunFolder& folder, RecordReader& reader) {
  auto state = reader.State();
  if (!state || !NeedsEngine(*state) || folder.Holder()) return state;
  // An engine that ended between the two looks has written its last state before it let go. Another
  // reader looks, so that the caller's own Changed() misses nothing.
  auto again = RecordReader::Open(folder.record_path());
  if (!again) return tl::unexpected(again.error());
  state = again->State();
  if (!state || !NeedsEngine(*state)) return state;
  return RunState::kInterrupted;
}

}  // namespace mhc
