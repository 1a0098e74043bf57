// Descriptors 0 to 2 of this process.
#pragma once

namespace mhc {

// Opens the null device in place of those that are closed, so that no file of ours becomes one and
// receives what is printed. Call first, while the process has one thread.
void KeepStandardDescriptors();

}  // namespace mhc
