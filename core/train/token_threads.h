// A loop over the tokens of a step, shared by threads.
//
// Thread rule: called from one thread, which takes its part and waits for the others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <future>
#include <vector>

namespace mhc {

// Calls `measure(token)` once for each of them. Whoever measures keeps to places of the token's
// own, so that nothing hangs on the number of threads. What a call throws is thrown here.
template <class Measure>
void ForEachToken(std::int64_t tokens, int threads, const Measure& measure) {
  const auto share = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t token = begin; token < end; ++token) measure(token);
  };
  const std::int64_t parts =
      std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(tokens, 1));
  std::vector<std::future<void>> others;
  for (std::int64_t part = 1; part < parts; ++part) {
    others.push_back(
        std::async(std::launch::async, share, part * tokens / parts, (part + 1) * tokens / parts));
  }
  share(0, tokens / parts);
  for (std::future<void>& other : others) other.get();
}

}  // namespace mhc
