#include "core/plan/machine_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "core/plan/thread_choice.h"

namespace mhc {
namespace {

using testing::HasSubstr;

class MachineSweepTest : public testing::Test {
 protected:
  MachineSweepTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mhc-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "cache" / "sweep.json";
  }
  ~MachineSweepTest() override { std::filesystem::remove_all(folder_); }

  static MachineSweep SweepOf(const std::string& machine) {
    MachineSweep sweep{machine, "0.0", 1.5e9, {}};
    for (const char* channels : {"32", "64", "128"}) {
      for (const char* blocks : {"1", "2", "4"}) {
        const Configuration configuration = *LoadConfiguration(
            "tiny", std::vector<Setting>{{"model.channels", channels}, {"model.blocks", blocks}});
        SweepPoint point = PointOf(configuration);
        point.threads = 1;
        point.mixing_ms = 40 * point.work.mixing_gigabytes;
        point.step_ms = point.mixing_ms + 1 + 10 * point.work.gflop;
        point.memory_mib = 100;
        sweep.points.push_back(point);
      }
    }
    return sweep;
  }
  std::string ErrorOf(const std::string& text) {
    std::filesystem::create_directories(file_.parent_path());
    std::ofstream(file_) << text;
    const auto sweep = ReadSweep(file_);
    return sweep ? "" : sweep.error().message;
  }

  std::filesystem::path folder_, file_;
  const Configuration tiny_ = *LoadConfiguration("tiny", {});
};

TEST_F(MachineSweepTest, ReadsBackAsItWasWritten) {
  const MachineSweep sweep = SweepOf("a machine, 3 cores");
  ASSERT_TRUE(WriteSweep(file_, sweep));
  ASSERT_TRUE(WriteSweep(file_, sweep)) << "over the one that is there";
  const auto read = ReadSweep(file_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->machine, sweep.machine);
  EXPECT_EQ(read->made, sweep.made);
  ASSERT_EQ(read->points.size(), sweep.points.size());
  EXPECT_EQ(read->points[4].step_ms, sweep.points[4].step_ms);
  EXPECT_EQ(read->points[4].work.mixing_gigabytes, sweep.points[4].work.mixing_gigabytes);
  EXPECT_EQ(read->points[4].blocks, 2);
}

TEST_F(MachineSweepTest, TellsTheTimeOfAStepOnTheMachineThatWasSwept) {
  ASSERT_TRUE(WriteSweep(file_, SweepOf(ThisMachine())));
  const auto time = PredictStepTime(tiny_, file_);
  ASSERT_TRUE(time) << time.error().message;
  const StepWork work = WorkOf(tiny_);
  EXPECT_NEAR(time->mixing_ms, 40 * work.mixing_gigabytes, 1e-9);
  EXPECT_NEAR(time->step_ms, time->mixing_ms + 1 + 10 * work.gflop, 1e-9);
  EXPECT_LT(time->largest_error, 1e-9);
}

TEST_F(MachineSweepTest, SaysWhyItTellsNoTimeAndWhatToDo) {
  const auto none = PredictStepTime(tiny_, file_);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("mhc bench --sweep"));
  ASSERT_TRUE(WriteSweep(file_, SweepOf("another machine")));
  EXPECT_THAT(PredictStepTime(tiny_, file_).error().message,
              testing::AllOf(HasSubstr("another machine"), HasSubstr("mhc bench --sweep")));
  Configuration threaded = tiny_;
  threaded.threads = 5;
  ASSERT_TRUE(WriteSweep(file_, SweepOf(ThisMachine())));
  EXPECT_THAT(PredictStepTime(threaded, file_).error().message, HasSubstr("with 5 threads"));
}

TEST_F(MachineSweepTest, BelievesNoFileThatIsNoSweep) {
  EXPECT_THAT(ErrorOf("no json"), HasSubstr(file_.string()));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("no sweep"));
  EXPECT_THAT(ErrorOf("{\"schema\": 7}"), HasSubstr("schema 7, expected 1"));
  EXPECT_THAT(ErrorOf("{\"schema\": 1, \"machine\": 4, \"program_version\": \"\", \"made\": 0, "
                      "\"points\": []}"),
              HasSubstr("no sweep"));
  MachineSweep sweep = SweepOf("m");
  sweep.points[3].step_ms = -1.0;
  ASSERT_TRUE(WriteSweep(file_, sweep));
  EXPECT_THAT(ReadSweep(file_).error().message, HasSubstr("no step can have"));
}

}  // namespace
}  // namespace mhc
