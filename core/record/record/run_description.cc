#include "core/record/record/run_description.h"

#include <array>
#include <utility>

namespace mhc {
namespace {

constexpr std::array<std::pair<RunState, const char*>, 7> kNames = {{
    {RunState::kCreated, "created"},
    {RunState::kRunning, "running"},
    {RunState::kPaused, "paused"},
    {RunState::kFinished, "finished"},
    {RunState::kStopped, "stopped"},
    {RunState::kFailed, "failed"},
    {RunState::kInterrupted, "interrupted"},
}};

}  // namespace

std::string ToText(RunState state) {
  for (const auto& [named, name] : kNames) {
    if (named == state) return name;
  }
  return "failed";
}

std::optional<RunState> ParseRunState(const std::string& text) {
  for (const auto& [state, name] : kNames) {
    if (text == name) return state;
  }
  return std::nullopt;
}

}  // namespace mhc
