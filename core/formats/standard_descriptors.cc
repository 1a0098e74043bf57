#include "core/formats/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace mhc {

void KeepStandardDescriptors() {
  // The lowest free descriptor is the one that is given.
  int descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDWR);
  if (descriptor > STDERR_FILENO) close(descriptor);
}

}  // namespace mhc
