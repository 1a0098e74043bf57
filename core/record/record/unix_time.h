// The time now, as records keep it.
#pragma once

namespace mhc {

// Seconds since 1970 UTC, in fractions of a microsecond. Thread rule: any thread.
double UnixNow();

}  // namespace mhc
