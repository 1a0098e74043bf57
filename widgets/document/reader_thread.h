// The one thread that reads records for the window. Views never touch a file; this thread never
// touches a widget. Free of Qt.
//
// Thread rule: every public function may be called from any thread; Take() is the hand-over.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "widgets/document/run_follower.h"

namespace mhc {

class ReaderThread {
 public:
  // Looks at every run at least every `interval_ms`, and at once when something is asked.
  explicit ReaderThread(int interval_ms = 100);
  ReaderThread(const ReaderThread&) = delete;
  ReaderThread& operator=(const ReaderThread&) = delete;
  ~ReaderThread();

  using RunKey = std::uint64_t;
  RunKey Follow(const std::filesystem::path& run);
  void Forget(RunKey key);
  void WantSnapshot(RunKey key, const std::string& kind, std::int64_t step);
  void WantHistory(RunKey key, const std::string& kind);

  // What was found since the last call, in order. Never blocks for long.
  std::vector<std::pair<RunKey, RunUpdate>> Take();

 private:
  struct Order {
    enum class What { kFollow, kForget, kSnapshot, kHistory } what;
    RunKey key = 0;
    std::string text;  // path or kind
    std::int64_t step = 0;
  };
  void Give(Order order);
  void Run();
  void Obey(const Order& order);

  const int interval_ms_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Order> orders_;                          // guarded
  std::vector<std::pair<RunKey, RunUpdate>> updates_;  // guarded
  RunKey next_key_ = 1;                                // guarded
  bool ends_ = false;                                  // guarded
  std::map<RunKey, RunFollower> followers_;            // of the thread alone
  std::thread thread_;
};

}  // namespace mhc
