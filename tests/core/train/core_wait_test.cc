#include "core/train/core_wait.h"

#include <unistd.h>

#include "train_fixture.h"

namespace mhc {
namespace {

using std::chrono::seconds;

class CoreWaitTest : public TrainTest {
 protected:
  void SetThread(const std::string& thread, double waited_seconds) {
    Write("self/task/" + thread + "/schedstat",
          fmt::format("5000000 {:.0f} 7\n", 1e9 * waited_seconds));
  }
  void SetStolen(double seconds_of_a_core) {
    const double cores = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
    const double ticks = seconds_of_a_core * cores * static_cast<double>(sysconf(_SC_CLK_TCK));
    Write("stat", fmt::format("cpu  1 2 3 4 5 6 7 {:.0f} 0 0\n", ticks));
  }

  CoreWait wait_{folder_};
  const CoreWait::Clock::time_point start_ = CoreWait::Clock::now();
};

TEST_F(CoreWaitTest, IsThatOfTheThreadThatWaitedLongest) {
  SetThread("1", 100.0);
  SetThread("2", 50.0);
  EXPECT_FALSE(wait_.ShareOfStretch(start_));
  SetThread("1", 101.0);
  SetThread("2", 56.0);
  EXPECT_NEAR(wait_.ShareOfStretch(start_ + seconds(12)).value(), 0.5, 1e-9);
}

TEST_F(CoreWaitTest, AddsWhatAHypervisorTook) {
  SetThread("1", 1.0);
  SetStolen(4.0);
  EXPECT_FALSE(wait_.ShareOfStretch(start_));
  SetThread("1", 2.0);
  SetStolen(6.0);
  EXPECT_NEAR(wait_.ShareOfStretch(start_ + seconds(10)).value(), 0.3, 1e-3);
}

TEST_F(CoreWaitTest, SaysNothingBeforeAStretchIsOver) {
  SetThread("1", 0.0);
  EXPECT_FALSE(wait_.ShareOfStretch(start_));
  SetThread("1", 9.0);
  EXPECT_FALSE(wait_.ShareOfStretch(start_ + seconds(9)));
  EXPECT_NEAR(wait_.ShareOfStretch(start_ + seconds(10)).value(), 0.9, 1e-9);
  EXPECT_FALSE(wait_.ShareOfStretch(start_ + seconds(19)));
}

TEST_F(CoreWaitTest, CountsAThreadThatCameAndForgetsOneThatWent) {
  SetThread("1", 900.0);
  EXPECT_FALSE(wait_.ShareOfStretch(start_));
  std::filesystem::remove_all(folder_ / "self" / "task" / "1");
  SetThread("2", 1.0);
  EXPECT_NEAR(wait_.ShareOfStretch(start_ + seconds(10)).value(), 0.1, 1e-9);
}

TEST_F(CoreWaitTest, IsNothingWhereTheSystemTellsNothing) {
  EXPECT_FALSE(wait_.ShareOfStretch(start_));
  EXPECT_EQ(wait_.ShareOfStretch(start_ + seconds(10)).value(), 0.0);
}

TEST(CoreWaitSentence, NamesTheShareAndTheWayOut) {
  EXPECT_EQ(CoreWaitSentence(0.434, 2),
            "other programs use the cores too: this run stood in line for them for 43 % of "
            "the last seconds; it trains "
            "with 2 threads, and may go as fast with fewer");
  EXPECT_EQ(CoreWaitSentence(0.5, 1),
            "other programs use the cores too: this run stood in line for them for 50 % of "
            "the last seconds; it trains "
            "as fast as it gets the one core that it uses");
}

}  // namespace
}  // namespace mhc
