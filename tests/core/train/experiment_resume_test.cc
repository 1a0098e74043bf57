// Stopped and resumed, killed and resumed, undisturbed: the same run bit for bit.
#include <ATen/Parallel.h>

#include <tuple>

#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Requests at 3, 5 and 8 that change training, each over part of the run.
Script ScriptFor(const std::string& connection) {
  if (connection == "residual") return {{5, "learning_rate", "0.02"}};
  return {{3, "constraint", "row_softmax", "0", "blend(6)"},
          {5, "constraint", "sinkhorn:iterations=4", "1", "match_matrix"},
          {8, "learning_rate", "0.02"}};
}

class Resume : public ExperimentTest,
               public testing::WithParamInterface<std::tuple<const char*, int>> {
 protected:
  Resume() { at::set_num_threads(std::get<1>(GetParam())); }
  ~Resume() override { at::set_num_threads(1); }
  static std::vector<Setting> Settings() {
    return {{"mixing.connection", std::get<0>(GetParam())}};
  }
  static Script Requests() { return ScriptFor(std::get<0>(GetParam())); }
};

TEST_P(Resume, AfterAStopRepeatsTheRunBitForBit) {
  EXPECT_EQ(StartAndRun("straight", Settings(), Requests()), RunState::kFinished);
  // Right after something was changed, which is then applied again, and in the middle of a blend.
  for (const std::int64_t stop_at : {5, 7}) {
    const std::string name = fmt::format("stopped-{}", stop_at);
    EXPECT_EQ(StartAndRun(name, Settings(), Requests(), stop_at), RunState::kStopped);
    Script rest = Requests();
    std::erase_if(rest, [&](const ScriptedRequest& r) { return r.step <= stop_at; });
    EXPECT_EQ(ResumeAndRun(name, rest), RunState::kFinished);
    EXPECT_EQ(observer_.steps_done.front(), stop_at + 1);
    ExpectSameRun("straight", name, 20);
  }
}

// A copy of the folder between two steps is what a kill leaves: no last checkpoint, the log of
// SQLite not folded, the state still "running".
TEST_P(Resume, AfterAKillRepeatsTheRunBitForBit) {
  also_after_step_ = [&](std::int64_t step) {
    if (step == 11) fs::copy(folder_ / "straight", folder_ / "killed", fs::copy_options::recursive);
  };
  std::vector<Setting> settings = Settings();
  settings.push_back({"train.checkpoint_every", "4"});
  EXPECT_EQ(StartAndRun("straight", settings, Requests()), RunState::kFinished);
  also_after_step_ = nullptr;
  EXPECT_EQ(ResumeAndRun("killed"), RunState::kFinished);
  EXPECT_LE(observer_.steps_done.front(), 9);
  ExpectSameRun("straight", "killed", 20);
}

std::string ParameterName(const testing::TestParamInfo<Resume::ParamType>& info) {
  return fmt::format("{}On{}Threads", std::get<0>(info.param), std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(OfEveryConnection, Resume,
                         testing::Combine(testing::Values("mhc", "hc", "residual"),
                                          testing::Values(1, 2)),
                         ParameterName);

class ResumeCornersTest : public ExperimentTest {};

TEST_F(ResumeCornersTest, ProbingMoreOftenChangesNoBitOfTheTraining) {
  for (const std::string connection : {"mhc", "hc", "residual"}) {
    const Setting mixing = {"mixing.connection", connection};
    const std::string often = "often_" + connection, never = "never_" + connection;
    StartAndRun(often, {mixing, {"probe.every", "1"}, {"probe.snapshot_every", "1"}});
    StartAndRun(
        never,
        {mixing, {"probe.every", "1000"}, {"probe.snapshot_every", "1000"}, {"probe.tokens", "1"}});
    ExpectSameRun(often, never, 20);
  }
}

// What a transfer is fitted to depends on how far the blends of all sites have gone.
TEST_F(ResumeCornersTest, AnInterventionInTheMiddleOfABlendIsRepeatedBitForBit) {
  const Script script = {{3, "constraint", "row_softmax", "0", "blend(8)"},
                         {6, "constraint", "unconstrained", "0-1", "match_matrix"}};
  StartAndRun("straight", {}, script);
  StartAndRun("stopped", {}, script, 6);
  EXPECT_EQ(ResumeAndRun("stopped"), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
}

TEST_F(ResumeCornersTest, ARequestThatComesFirstAfterAResumeInABlendActsAsItWouldHave) {
  const Script blend = {{3, "constraint", "row_softmax", "0", "blend(8)"}};
  const ScriptedRequest match = {6, "constraint", "unconstrained", "0-1", "match_matrix"};
  StartAndRun("straight", {}, {blend[0], match});
  StartAndRun("stopped", {}, blend, 6);
  Submit(Must(RunFolder::Open(folder_ / "stopped")), match);
  EXPECT_EQ(ResumeAndRun("stopped"), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
}

TEST_F(ResumeCornersTest, ARunWithDelayedReadsIsRepeatedBitForBit) {
  for (const char* readout : {"sum", "learned"}) {
    const std::vector<Setting> settings = {{"mixing.delayed_read", "true"},
                                           {"model.readout", readout}};
    const std::string straight = std::string("straight-") + readout;
    const std::string stopped = std::string("stopped-") + readout;
    StartAndRun(straight, settings, ScriptFor("mhc"));
    StartAndRun(stopped, settings, ScriptFor("mhc"), 8);
    EXPECT_EQ(ResumeAndRun(stopped), RunState::kFinished);
    ExpectSameRun(straight, stopped, 20);
  }
}

TEST_F(ResumeCornersTest, AReplayedInterventionIsRecordedOnceAndItsSnapshotIsThere) {
  const Script script = {{5, "constraint", "row_softmax"}};
  StartAndRun("run", {}, script, 5);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(Interventions("run").size(), 1u);
  RecordReader reader = Reader("run");
  EXPECT_EQ(Must(reader.SnapshotAt("res_mean", 5))->step, 5);
  EXPECT_EQ(Must(reader.SnapshotAt("res_mean", 6))->step, 6);
}

TEST_F(ResumeCornersTest, FallsBackFromADamagedNewestCheckpointAndSaysSo) {
  StartAndRun("straight", {{"train.checkpoint_every", "4"}}, ScriptFor("mhc"));
  StartAndRun("damaged", {{"train.checkpoint_every", "4"}}, ScriptFor("mhc"), 10);
  fs::resize_file(CheckpointOf("damaged", 10) / "optimizer.safetensors", 50);
  Write("damaged/checkpoints/step-000000008/state.json", "{");
  EXPECT_EQ(ResumeAndRun("damaged"), RunState::kFinished);
  EXPECT_EQ(observer_.steps_done.front(), 6);
  ExpectSameRun("straight", "damaged", 20);
  const std::vector<Alert> alerts = Must(Reader("damaged").Alerts());
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_EQ(alerts[0].kind, "damaged_checkpoint");
  EXPECT_THAT(alerts[0].text, HasSubstr("step-000000010/optimizer.safetensors"));
  EXPECT_THAT(alerts[1].text, HasSubstr("step-000000008/state.json"));
}

// Going back behind an intervention, a request that comes first must neither be lost nor change
// what is being repeated: it is taken where the recorded steps end, after what happened there.
TEST_F(ResumeCornersTest, ANewRequestIsTakenAfterTheRecordedStepsAreRepeated) {
  const std::vector<Setting> settings = {{"train.checkpoint_every", "5"}};
  StartAndRun("straight", settings, {{15, "learning_rate", "0.5"}, {15, "learning_rate", "0.25"}});
  StartAndRun("run", settings, {{15, "learning_rate", "0.5"}}, 15);
  Write("run/checkpoints/step-000000015/state.json", "{");
  ids_.clear();
  EXPECT_EQ(ResumeAndRun("run", {{0, "learning_rate", "0.25"}}), RunState::kFinished);
  EXPECT_EQ(observer_.steps_done.front(), 11);
  EXPECT_EQ(Outcome("run", ids_[0]).step, 15);
  ExpectSameRun("straight", "run", 20);
}

// The same with a stop in between: a checkpoint that knows the newer one must not hide the older.
TEST_F(ResumeCornersTest, AnOlderInterventionIsNotForgottenOverANewerOne) {
  const std::vector<Setting> settings = {{"train.checkpoint_every", "5"}};
  StartAndRun("run", settings, {{15, "learning_rate", "0.5"}}, 15);
  Write("run/checkpoints/step-000000015/state.json", "{");
  EXPECT_EQ(ResumeAndRun("run", {{0, "on_nonfinite", "stop"}}, 15), RunState::kStopped);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(StateOf("run", 20).learning_rate, 0.5);
  EXPECT_EQ(StateOf("run", 20).on_nonfinite, "stop");
}

// A kill between the two leaves a checkpoint that the record does not know.
TEST_F(ResumeCornersTest, ACheckpointThatTheRecordDoesNotKnowIsNotTrusted) {
  StartAndRun("run", {{"train.checkpoint_every", "10"}}, {}, 10);
  {
    RecordWriter writer = Must(RecordWriter::Open(folder_ / "run" / "record.sqlite"));
    Must(writer.RemoveCheckpoint(10));
  }
  Write("run/checkpoints/step-000000010/state.json", "{");
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(observer_.steps_done.front(), 1);
  EXPECT_EQ(StateOf("run", 10).step, 10);
}

TEST_F(ResumeCornersTest, ARunThatWasStoppedBeforeItsFirstStepStartsFromTheBeginning) {
  StartAndRun("straight", {});
  EXPECT_EQ(StartAndRun("stopped", {}, {}, 0), RunState::kStopped);
  fs::remove_all(CheckpointOf("stopped", 0));
  EXPECT_EQ(ResumeAndRun("stopped"), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
}

TEST_F(ResumeCornersTest, ARunKeepsTheKernelsThatItWasStartedWithAndNothingIsSaid) {
  StartAndRun("straight", {{"mixing.kernels", "reference"}});
  StartAndRun("stopped", {{"mixing.kernels", "reference"}}, {}, 10);
  const auto experiment = Must(Experiment::Resume(folder_ / "stopped", Host()));
  EXPECT_EQ(experiment->folder().configuration().mixing.kernels, "reference");
  EXPECT_EQ(Run(*experiment), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
  EXPECT_THAT(Must(Reader("stopped").Alerts()), IsEmpty());
}

TEST_F(ResumeCornersTest, OtherKernelsForThisOnceAreSaidInAnAlert) {
  StartAndRun("run", {{"mixing.kernels", "reference"}}, {}, 10);
  const std::vector<Setting> settings = {{"mixing.kernels", "fused"}};
  const auto experiment = Must(Experiment::Resume(folder_ / "run", Host(), settings));
  EXPECT_EQ(experiment->folder().configuration().mixing.kernels, "fused");
  EXPECT_EQ(Run(*experiment), RunState::kFinished);
  const auto alerts = Must(Reader("run").Alerts());
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].kind, "environment");
  EXPECT_EQ(alerts[0].step, 10);
  EXPECT_THAT(alerts[0].text, HasSubstr("fused kernels, started with reference"));
  EXPECT_EQ(Must(RunFolder::Open(folder_ / "run")).configuration().mixing.kernels, "reference");
}

TEST_F(ResumeCornersTest, ATextThatMovedIsReadWhereItIsNow) {
  StartAndRun("straight", {});
  StartAndRun("stopped", {}, {}, 10);
  const fs::path moved = folder_ / "elsewhere.txt";
  fs::rename(source_, moved);
  EXPECT_FALSE(Experiment::Resume(folder_ / "stopped", Host()));
  const std::vector<Setting> settings = {{"data.source", moved.string()}};
  const auto experiment = Must(Experiment::Resume(folder_ / "stopped", Host(), settings));
  EXPECT_EQ(Run(*experiment), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
}

TEST_F(ResumeCornersTest, AFinishedRunIsExtendedAndStaysSo) {
  const std::vector<Setting> constant = {{"train.schedule", "constant"}};
  StartAndRun("run", constant);
  const std::vector<Setting> more = {{"train.steps", "30"}};
  {
    const auto extended = Must(Experiment::Resume(folder_ / "run", Host(), more));
    EXPECT_EQ(Run(*extended, {}, 25), RunState::kStopped);
  }
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished) << "without saying it again";
  EXPECT_EQ(Must(Reader("run").LastStep()), 30);
  EXPECT_EQ(Must(Reader("run").Description()).steps, 30);
  EXPECT_THAT(Must(Reader("run").Alerts())[0].text, HasSubstr("30 steps, started with 20"));
  StartAndRun("straight", {{"train.schedule", "constant"}, {"train.steps", "30"}});
  ExpectSameRun("straight", "run", 30);
}

TEST_F(ResumeCornersTest, FewerStepsThanItHasAreRefused) {
  StartAndRun("run", {});
  const std::vector<Setting> fewer = {{"train.steps", "10"}};
  const auto refused = Experiment::Resume(folder_ / "run", Host(), fewer);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("at least the 20"));
}

TEST_F(ResumeCornersTest, APauseOutlivesAKillAndNothingThatWasRecordedIsLost) {
  StartAndRun("straight", {{"train.checkpoint_every", "5"}});
  const auto paused = Must(Experiment::Start(ConfigurationOf({{"train.checkpoint_every", "5"}}),
                                             folder_ / "run", Host()));
  bool was_paused = false;
  observer_.after_step = [&](std::int64_t step) {
    if (step == 8) Submit(paused->folder(), {0, "pause"});
  };
  Must(paused->Run([&] {
    if (Must(Reader("run").State()) != RunState::kPaused) return false;
    if (!was_paused) fs::copy(folder_ / "run", folder_ / "killed", fs::copy_options::recursive);
    was_paused = true;
    return true;
  }));
  ASSERT_TRUE(was_paused);
  auto resumed = Must(Experiment::Resume(folder_ / "killed", Host()));
  observer_ = {};
  int looks = 0;
  EXPECT_EQ(Must(resumed->Run([&] { return observer_.step == 8 && ++looks > 3; })),
            RunState::kStopped);
  resumed.reset();
  EXPECT_EQ(Must(Reader("killed").LastStep()), 8) << "it went on though it was paused";
  EXPECT_EQ(ResumeAndRun("killed"), RunState::kFinished) << "a stop ended the pause";
  ExpectSameRun("straight", "killed", 20);
}

TEST_F(ResumeCornersTest, WhatTheRunIsCannotBeSetAtAResume) {
  StartAndRun("run", {}, {}, 10);
  const std::vector<Setting> settings = {{"model.blocks", "2"}};
  const auto refused = Experiment::Resume(folder_ / "run", Host(), settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "--set model.blocks: stays as the run was started with, expected threads, "
            "mixing.kernels, data.source or train.steps");
}

}  // namespace
}  // namespace mhc
