#include "core/model/yielding_threads.h"

#include <ATen/Parallel.h>
#include <omp.h>

#include <algorithm>
#include <atomic>

// Without OpenMP there would be no team, and nothing would say so.
#ifndef _OPENMP
#error "yielding_threads.cc is to be compiled with OpenMP"
#endif

namespace mhc {

void YieldingThreads::Yield(bool yields) {
  if (yields == host_.joinable()) return;
  if (yields) {
    is_held_ = is_over_ = false;
    host_ = std::thread([this] { HoldGuests(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_held_; });
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  host_.join();  // its team ends with it
}

void YieldingThreads::HoldGuests() {
  const int guests = std::max(1, omp_get_num_procs() - at::get_num_threads() + 1);
  std::atomic<int> here = 0;
#pragma omp parallel num_threads(guests + 1)
  ++here;
  std::unique_lock lock(mutex_);
  is_held_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return is_over_; });
}

}  // namespace mhc
