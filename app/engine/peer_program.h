// Another program whose step time the bench sets beside ours.
#pragma once

#include <string>

#include "core/result.h"

namespace mhc {

// Runs the command through /bin/sh, with our own standard input and error, and waits for its end.
// The milliseconds of the last "step_ms X" that it prints. Error, with its exit status, where it
// fails or prints none above zero. Thread rule: any thread.
Result<double> PeerStepMs(const std::string& command);

}  // namespace mhc
