// A place of whole threads.
#pragma once

#include <thread>
#include <vector>

namespace mhc {

// Whole threads, so that the parts of a kernel truly run beside each other.
inline void ShareAmongThreads(int parts, void (*body)(void* context, int part), void* context) {
  std::vector<std::thread> threads;
  for (int part = 1; part < parts; ++part) threads.emplace_back(body, context, part);
  body(context, 0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace mhc
