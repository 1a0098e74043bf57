#include "core/record/record/unix_time.h"

#include <chrono>

namespace mhc {

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace mhc
