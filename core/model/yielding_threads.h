// Makes the threads of LibTorch's parallel loops give up their cores sooner where they wait for
// each other: for a machine that is shared with other programs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace mhc {

// GNU's OpenMP looks GOMP_SPINCOUNT times whether the others have come before a thread sleeps, and
// a hundred times where the process has more threads in teams than there are cores. A team of
// guests, which sleeps, is what is counted; no loop runs on other threads for it, and no bit
// changes.
//
// Thread rule: one thread; loops may run on others meanwhile.
class YieldingThreads {
 public:
  YieldingThreads() = default;
  ~YieldingThreads() { Yield(false); }
  YieldingThreads(const YieldingThreads&) = delete;
  YieldingThreads& operator=(const YieldingThreads&) = delete;

  // Returns when it is so.
  void Yield(bool yields);
  bool yields() const { return host_.joinable(); }

 private:
  void HoldGuests();

  std::thread host_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false, is_over_ = false;
};

}  // namespace mhc
