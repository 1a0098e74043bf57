// The thread that reads records for the window, without a window, beside one that writes.
#include "widgets/document/reader_thread.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "core/record/run/run_folder.h"
#include "record_fixture.h"

namespace mhc {
namespace {

constexpr std::chrono::seconds kLimit(60);  // a hang guard

class ReaderThreadTest : public RecordTest {
 protected:
  ReaderThreadTest() {
    auto folder = Must(RunFolder::Create(folder_ / "run", Must(LoadConfiguration("tiny", {}))));
    file_ = folder.record_path();
    writer_.emplace(NewRecord());
    run_ = reader_.Follow(folder.path());
  }

  // What the reader gives until the condition holds of it; false where it never does.
  bool TakeUntil(const std::function<bool(const RunUpdate&)>& condition) {
    const auto end = std::chrono::steady_clock::now() + kLimit;
    while (std::chrono::steady_clock::now() < end) {
      for (auto& [key, update] : reader_.Take()) {
        EXPECT_EQ(key, run_);
        if (condition(update)) return true;
      }
      std::this_thread::yield();
    }
    return false;
  }

  std::optional<RecordWriter> writer_;
  ReaderThread reader_{1};
  ReaderThread::RunKey run_ = 0;
};

TEST_F(ReaderThreadTest, EveryStepComesOnceAndInOrderWhileItIsWritten) {
  constexpr std::int64_t kSteps = 500;
  std::thread engine([this] { AppendSteps(*writer_, 1, kSteps, 1000.0); });
  const auto loss = static_cast<std::size_t>(FindStepColumn("loss"));
  std::vector<double> losses;
  EXPECT_TRUE(TakeUntil([&](const RunUpdate& update) {
    EXPECT_EQ(update.error, "");
    if (update.columns.empty()) return false;
    EXPECT_EQ(update.first_step, static_cast<std::int64_t>(losses.size()) + 1);
    losses.insert(losses.end(), update.columns[loss].begin(), update.columns[loss].end());
    return losses.size() == kSteps;
  }));
  engine.join();
  ASSERT_EQ(losses.size(), static_cast<std::size_t>(kSteps));
  for (std::size_t k = 0; k < losses.size(); ++k) {
    EXPECT_EQ(losses[k], 999.0 - static_cast<double>(k));
  }
}

TEST_F(ReaderThreadTest, ASnapshotThatSeveralThreadsAskForComes) {
  AppendSteps(*writer_, 1, 3, 10.0);
  Must(writer_->ReplaceSnapshot(2, {"branch_ratio", {2}, {0.25f, 0.5f}}));
  std::vector<std::thread> views;
  for (int k = 0; k < 3; ++k) {
    views.emplace_back([this] { reader_.WantSnapshot(run_, "branch_ratio", 3); });
  }
  for (std::thread& view : views) view.join();
  EXPECT_TRUE(TakeUntil([](const RunUpdate& update) {
    for (const FetchedSnapshot& fetched : update.snapshots) {
      if (fetched.step == 2 && fetched.snapshot.data == std::vector<float>{0.25f, 0.5f})
        return true;
    }
    return false;
  }));
}

TEST_F(ReaderThreadTest, ARunThatIsForgottenGivesNothingMore) {
  ASSERT_TRUE(TakeUntil([](const RunUpdate& update) { return update.configuration != nullptr; }));
  reader_.Forget(run_);
  // A second run that is followed afterwards is looked at afterwards.
  const auto other = reader_.Follow(folder_ / "none");
  AppendSteps(*writer_, 1, 3, 10.0);
  const auto end = std::chrono::steady_clock::now() + kLimit;
  bool seen = false;
  while (!seen && std::chrono::steady_clock::now() < end) {
    for (auto& [key, update] : reader_.Take()) {
      EXPECT_TRUE(key == other || update.columns.empty());
      seen = seen || key == other;
    }
    std::this_thread::yield();
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace mhc
