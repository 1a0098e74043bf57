// Runs whose folder is refused, moved, removed or taken by another while they train.
#include <SQLiteCpp/SQLiteCpp.h>

#include "experiment_fixture.h"
#include "tests/failing_calls.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

class ExperimentStorageTest : public ExperimentTest {
 protected:
  std::vector<std::string> AlertsOf(const std::string& name) const {
    std::vector<std::string> texts;
    for (const Alert& alert : Must(Reader(name).Alerts())) {
      texts.push_back(alert.kind + ": " + alert.text);
    }
    return texts;
  }
  const std::vector<Setting> settings_ = {{"train.checkpoint_every", "5"}};
};

TEST_F(ExperimentStorageTest, AFullDiskIsWaitedForAndTheRunEndsAsIfThereHadBeenRoom) {
  StartAndRun("straight", settings_);
  std::optional<FailingCalls> refused;
  also_after_step_ = [&](std::int64_t step) {
    if (step == 7) refused.emplace(Failing{.call = "pwrite", .reason = EDQUOT});
  };
  also_on_message_ = [&](const std::string& sentence) {
    if (sentence.find("training waits") != std::string::npos) refused.reset();
  };
  EXPECT_EQ(StartAndRun("full", settings_), RunState::kFinished);
  EXPECT_THAT(AlertsOf("full"),
              Contains(testing::AllOf(HasSubstr("storage: training waited"), HasSubstr("quota"))));
  ExpectSameRun("straight", "full", 20);
}

TEST_F(ExperimentStorageTest, ALastCheckpointThatIsRefusedIsSavedWhenThereIsRoom) {
  std::optional<FailingCalls> failing;
  also_after_step_ = [&](std::int64_t step) {
    if (step == 20) failing.emplace(Failing{.call = "write"});
  };
  also_on_message_ = [&](const std::string& sentence) {
    if (sentence.find("training waits") != std::string::npos) failing.reset();
  };
  EXPECT_EQ(StartAndRun("run", settings_), RunState::kFinished);
  EXPECT_EQ(StateOf("run", 20).step, 20);
  EXPECT_EQ(Must(Reader("run").State()), RunState::kFinished);
}

TEST_F(ExperimentStorageTest, ARegularCheckpointThatIsRefusedIsToldAndTrainingGoesOn) {
  std::optional<FailingCalls> failing;
  also_after_step_ = [&](std::int64_t step) {
    if (step == 5) failing.emplace(Failing{.call = "write"});
    if (step == 6) failing.reset();
  };
  EXPECT_EQ(StartAndRun("run", settings_), RunState::kFinished);
  EXPECT_THAT(AlertsOf("run"), Contains(HasSubstr("No space left")));
  EXPECT_FALSE(fs::exists(CheckpointOf("run", 5)));
  EXPECT_EQ(StateOf("run", 10).step, 10);
}

TEST_F(ExperimentStorageTest, AStopEndsAWaitWithTheReasonAndTheCheckpointsKept) {
  std::optional<FailingCalls> refused;
  const auto experiment =
      Must(Experiment::Start(ConfigurationOf(settings_), folder_ / "run", Host()));
  bool waits = false;
  observer_.after_step = [&](std::int64_t step) {
    if (step == 7) refused.emplace(Failing{.call = "pwrite"});
  };
  observer_.on_message = [&](const std::string& sentence) {
    waits = waits || sentence.find("training waits") != std::string::npos;
  };
  const auto state = experiment->Run([&] { return waits; });
  ASSERT_FALSE(state);
  EXPECT_THAT(state.error().message, HasSubstr("the disk is full"));
  refused.reset();
  EXPECT_EQ(StateOf("run", 5).step, 5);
}

TEST_F(ExperimentStorageTest, ARunThatIsRenamedKeepsItsCheckpointsAndHearsItsRequests) {
  StartAndRun("straight", settings_, {{12, "learning_rate", "0.002"}});
  const auto experiment =
      Must(Experiment::Start(ConfigurationOf(settings_), folder_ / "before", Host()));
  observer_.after_step = [&](std::int64_t step) {
    if (step == 7) fs::rename(folder_ / "before", folder_ / "after");
    if (step == 12) Submit(Must(RunFolder::Open(folder_ / "after")), {0, "learning_rate", "0.002"});
  };
  EXPECT_EQ(Must(experiment->Run([] { return false; })), RunState::kFinished);
  EXPECT_EQ(experiment->place().PresentPath(), fs::canonical(folder_ / "after"));
  EXPECT_FALSE(fs::exists(folder_ / "before"));
  EXPECT_TRUE(InboxIsEmpty("after"));
  ExpectSameRun("straight", "after", 20);
}

TEST_F(ExperimentStorageTest, ARunWhoseFolderIsRemovedEndsAndLeavesAnotherOfItsNameAlone) {
  const auto experiment =
      Must(Experiment::Start(ConfigurationOf(settings_), folder_ / "run", Host()));
  observer_.after_step = [&](std::int64_t step) {
    if (step != 7) return;
    fs::remove_all(folder_ / "run");
    fs::create_directories(folder_ / "run" / "checkpoints");
    Write("run/record.sqlite", "of another");
  };
  const auto state = experiment->Run([] { return false; });
  ASSERT_FALSE(state);
  EXPECT_THAT(state.error().message, HasSubstr("was removed"));
  EXPECT_EQ(observer_.step, 7);
  EXPECT_TRUE(fs::is_empty(folder_ / "run" / "checkpoints"));
  EXPECT_EQ(Read(folder_ / "run" / "record.sqlite"), "of another");
}

TEST_F(ExperimentStorageTest, AStartThatIsRefusedLeavesNoFolder) {
  const FailingCalls refused({.call = "pwrite"});
  EXPECT_FALSE(Experiment::Start(ConfigurationOf({}), folder_ / "run", Host()));
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

TEST_F(ExperimentStorageTest, ACheckpointsFolderThatIsALinkIsNotFollowed) {
  StartAndRun("run", settings_, {}, 7);
  fs::rename(folder_ / "run" / "checkpoints", folder_ / "outside");
  Write("outside/mine.partial/file", "kept");
  fs::create_directory_symlink(folder_ / "outside", folder_ / "run" / "checkpoints");
  const auto resumed = Experiment::Resume(folder_ / "run", Host());
  ASSERT_FALSE(resumed);
  EXPECT_THAT(resumed.error().message, HasSubstr("symbolic link"));
  EXPECT_EQ(Read(folder_ / "outside" / "mine.partial" / "file"), "kept");
}

TEST_F(ExperimentStorageTest, AnInterventionOfASiteThatTheModelDoesNotHaveIsNamedAtTheResume) {
  StartAndRun("run", settings_, {{6, "constraint", "row_softmax", "1"}}, 8);
  {
    SQLite::Database record((folder_ / "run" / "record.sqlite").string(), SQLite::OPEN_READWRITE);
    record.exec("UPDATE intervention SET sites = '9'");
    record.exec("DELETE FROM checkpoint WHERE step > 5");
  }
  for (const std::int64_t step : {6, 8}) fs::remove_all(CheckpointOf("run", step));
  const auto resumed = Experiment::Resume(folder_ / "run", Host());
  ASSERT_FALSE(resumed);
  EXPECT_THAT(resumed.error().message, HasSubstr("sites from 0 to 1"));
}

}  // namespace
}  // namespace mhc
