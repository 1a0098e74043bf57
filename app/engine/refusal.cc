#include "app/engine/refusal.h"

#include <cstdio>

namespace mhc {

int Refuse(const Error& error) {
  fmt::print(stderr, "mhc: {}\n", error.message);
  return 2;
}

}  // namespace mhc
