#include "widgets/document/reader_thread.h"

#include <chrono>

namespace mhc {

ReaderThread::ReaderThread(int interval_ms)
    : interval_ms_(interval_ms), thread_([this] { Run(); }) {}

ReaderThread::~ReaderThread() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ReaderThread::Give(Order order) {
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }
  wake_.notify_one();
}

ReaderThread::RunKey ReaderThread::Follow(const std::filesystem::path& run) {
  RunKey key = 0;
  {
    const std::lock_guard lock(mutex_);
    key = next_key_++;
  }
  Give({Order::What::kFollow, key, run.string(), 0});
  return key;
}

void ReaderThread::Forget(RunKey key) { Give({Order::What::kForget, key, {}, 0}); }

void ReaderThread::WantSnapshot(RunKey key, const std::string& kind, std::int64_t step) {
  Give({Order::What::kSnapshot, key, kind, step});
}

void ReaderThread::WantHistory(RunKey key, const std::string& kind) {
  Give({Order::What::kHistory, key, kind, 0});
}

std::vector<std::pair<ReaderThread::RunKey, RunUpdate>> ReaderThread::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(updates_, {});
}

void ReaderThread::Obey(const Order& order) {
  if (order.what == Order::What::kFollow) {
    followers_.emplace(order.key, RunFollower(order.text));
    return;
  }
  const auto found = followers_.find(order.key);
  if (found == followers_.end()) return;
  switch (order.what) {
    case Order::What::kForget:
      followers_.erase(found);
      break;
    case Order::What::kSnapshot:
      found->second.WantSnapshot(order.text, order.step);
      break;
    case Order::What::kHistory:
      found->second.WantHistory(order.text);
      break;
    case Order::What::kFollow:
      break;
  }
}

void ReaderThread::Run() {
  while (true) {
    std::vector<Order> orders;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_),
                     [this] { return ends_ || !orders_.empty(); });
      if (ends_) return;
      orders = std::exchange(orders_, {});
    }
    for (const Order& order : orders) Obey(order);
    for (auto& [key, follower] : followers_) {
      RunUpdate update = follower.Look();
      if (update.empty()) continue;
      const std::lock_guard lock(mutex_);
      updates_.emplace_back(key, std::move(update));
    }
  }
}

}  // namespace mhc
