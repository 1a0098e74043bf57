// How the engine tells a person that something cannot be done.
#pragma once

#include "core/result.h"

namespace mhc {

// Prints "mhc: SENTENCE" on standard error and returns 2, the status of bad usage or bad input.
int Refuse(const Error& error);

}  // namespace mhc
