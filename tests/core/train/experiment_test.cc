// Starting, finishing, and what cannot be started or resumed.
#include "core/train/experiment/experiment.h"

#include <unistd.h>

#include <cmath>

#include "core/record/run/run_state.h"
#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class ExperimentStartTest : public ExperimentTest {
 protected:
  std::string StartRefusal(const std::vector<Setting>& more, const std::string& name = "run") {
    const auto experiment = Experiment::Start(ConfigurationOf(more), folder_ / name, Host());
    return experiment ? "accepted" : experiment.error().message;
  }
  // Between two steps the folder of the checkpoints of "run" cannot be written, whoever asks.
  void BlockCheckpoints(std::int64_t step, std::int64_t from, std::int64_t to) const {
    const fs::path folder = folder_ / "run" / "checkpoints";
    if (step == from) {
      fs::rename(folder, folder_ / "aside");
      Write("run/checkpoints", "a file in the way");
    } else if (step == to) {
      fs::remove(folder);
      fs::rename(folder_ / "aside", folder);
    }
  }
  std::string ResumeRefusal(const std::string& name = "run") {
    const auto experiment = Experiment::Resume(folder_ / name, Host());
    return experiment ? "accepted" : experiment.error().message;
  }
};

TEST_F(ExperimentStartTest, TheRecordSaysWhatWasReadOfTheDataAndWhatWasLeftOut) {
  Write("data/a.txt", std::string(1000, 'x'));
  Write("data/book.txt.gz", "\x1F\x8B\x08...");
  StartAndRun("run", {{"data.source", (folder_ / "data").string()}});
  RecordReader reader = Reader("run");
  const RunDescription description = Must(reader.Description());
  EXPECT_EQ(description.data_files, 1);
  EXPECT_EQ(description.data_tokens, 1000);
  EXPECT_THAT(description.data_left_out,
              HasSubstr("left out 1 of 2 files; the first: book.txt.gz: compressed with gzip"));
  const std::vector<Alert> alerts = Must(reader.Alerts());
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].kind, "data");
  EXPECT_EQ(alerts[0].text, "data: " + description.data_left_out);

  StartAndRun("whole", {{"data.source", (folder_ / "data" / "a.txt").string()}});
  EXPECT_EQ(Must(Reader("whole").Description()).data_left_out, "");
  EXPECT_THAT(Must(Reader("whole").Alerts()), SizeIs(0));
}

TEST_F(ExperimentStartTest, AFinishedRunHasARowAStepAndItsCheckpoints) {
  EXPECT_EQ(StartAndRun("run", {{"train.checkpoint_every", "8"}, {"train.evaluate_every", "10"}}),
            RunState::kFinished);
  RecordReader reader = Reader("run");
  EXPECT_EQ(Must(reader.State()), RunState::kFinished);
  EXPECT_EQ(Must(reader.LastStep()), 20);
  const std::vector<StepRecord> rows = Must(reader.Rows(1, 20));
  ASSERT_THAT(rows, SizeIs(20));
  for (const StepRecord& row : rows) {
    EXPECT_EQ(*row.Get("tokens"), 16.0 * static_cast<double>(row.step));
    EXPECT_TRUE(std::isfinite(*row.Get("loss")));
    EXPECT_EQ(row.Get("validation_loss").has_value(), row.step % 10 == 0) << row.step;
    EXPECT_TRUE(row.Get("composite_forward_gain").has_value());
  }
  std::vector<std::string> reasons;
  for (const CheckpointRow& row : Must(reader.Checkpoints())) {
    reasons.push_back(fmt::format("{} {}", row.step, row.reason));
  }
  EXPECT_THAT(reasons, ElementsAre("0 start", "8 regular", "16 regular", "20 final"));
  EXPECT_THAT(Must(reader.SnapshotSteps("res_mean")), ElementsAre(1, 5, 10, 15, 20));
  EXPECT_EQ(observer_.steps_done.size(), 20u);
}

TEST_F(ExperimentStartTest, AShortRunHasSnapshotsOfItsFirstAndLastStep) {
  StartAndRun("run", {{"train.steps", "3"}, {"probe.snapshot_every", "1000"}});
  for (const char* kind : {"res_mean", "stream_rms", "site_gradient_norm"}) {
    EXPECT_THAT(Must(Reader("run").SnapshotSteps(kind)), ElementsAre(1, 3)) << kind;
  }
}

TEST_F(ExperimentStartTest, TheTimeOfAProbedStepIsParted) {
  StartAndRun("run", {{"probe.every", "2"}});
  for (const StepRecord& row : Must(Reader("run").Rows(1, 20))) {
    const bool is_probed = row.step == 1 || row.step % 2 == 0 || row.step % 5 == 0;
    double parts = 0.0;
    for (const char* part : {"coefficients_ms", "constraint_ms", "apply_ms", "sublayer_ms"}) {
      ASSERT_EQ(row.Get(part).has_value(), is_probed) << part << " of step " << row.step;
      EXPECT_TRUE(!is_probed || *row.Get(part) > 0.0) << part;
      parts += row.Get(part).value_or(0.0);
    }
    EXPECT_LT(parts, *row.Get("step_ms"));
    EXPECT_EQ(row.Get("peak_memory").value_or(0.0) > 10.0, is_probed);
  }
}

TEST_F(ExperimentStartTest, AResidualRunHasNoCoefficientsToTime) {
  StartAndRun("run", {{"mixing.connection", "residual"}});
  const StepRecord row = Must(Reader("run").Rows(20, 20)).front();
  EXPECT_FALSE(row.Get("coefficients_ms"));
  EXPECT_FALSE(row.Get("constraint_ms"));
  EXPECT_GT(*row.Get("sublayer_ms"), 0.0);
  EXPECT_GT(*row.Get("apply_ms"), 0.0);
}

TEST_F(ExperimentStartTest, TheLossFallsOnATextThatCanBeLearned) {
  StartAndRun("run", {{"train.steps", "60"}, {"train.learning_rate", "0.03"}});
  const std::vector<double> losses = Column("run", "loss");
  EXPECT_NEAR(losses[0], std::log(256.0), 1.0);
  EXPECT_LT(losses[59], losses[0] - 1.0);
}

TEST_F(ExperimentStartTest, TheDescriptionSaysWhatIsFixed) {
  StartAndRun("run", {}, {}, 1);
  const RunDescription description = Must(Reader("run").Description());
  EXPECT_EQ(description.steps, 20);
  EXPECT_EQ(description.tokens_per_step, 16);
  EXPECT_EQ(description.sites, 2);
  EXPECT_EQ(description.streams, 4);
  EXPECT_EQ(description.vocabulary, 256);
  EXPECT_EQ(description.device, "cpu");
  EXPECT_EQ(description.data_hash, Must(TokenData::Load(ConfigurationOf({}))).hash());
  EXPECT_EQ(description.mixing_parameters, 2 * ((4 + 4 + 16) * (4 * 8 + 1) + 3));
}

TEST_F(ExperimentStartTest, BadInputLeavesNoFolderBehind) {
  EXPECT_THAT(StartRefusal({{"data.source", (folder_ / "none.txt").string()}}),
              HasSubstr("none.txt"));
  Write("short.txt", "too short");
  EXPECT_THAT(StartRefusal({{"data.source", (folder_ / "short.txt").string()}}, "deep/below/run"),
              HasSubstr("short.txt"));
  EXPECT_FALSE(fs::exists(folder_ / "run"));
  EXPECT_FALSE(fs::exists(folder_ / "deep"));
}

TEST_F(ExperimentStartTest, AFolderThatExistsIsRefusedAndNotTouched) {
  Write("run/notes.txt", "mine");
  EXPECT_THAT(StartRefusal({}), AllOf(HasSubstr("run: exists already"), HasSubstr("mhc resume")));
  EXPECT_EQ(Read(folder_ / "run" / "notes.txt"), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "run"), {}), 1);
}

TEST_F(ExperimentStartTest, ASecondEngineIsRefusedWithTheProcessThatHoldsTheRun) {
  const auto first = Must(Experiment::Start(ConfigurationOf({}), folder_ / "run", Host()));
  EXPECT_THAT(ResumeRefusal(),
              AllOf(HasSubstr("run"), HasSubstr(fmt::format("process {}", getpid()))));
  Run(*first, {}, 2);
}

TEST_F(ExperimentStartTest, TheLockIsFreeWhenTheExperimentIsGone) {
  StartAndRun("run", {}, {}, 2);
  EXPECT_EQ(ResumeRefusal(), "accepted");
}

TEST_F(ExperimentStartTest, AFinishedRunIsNotResumed) {
  StartAndRun("run", {});
  EXPECT_THAT(ResumeRefusal(), HasSubstr("finished at step 20"));
}

TEST_F(ExperimentStartTest, WhatIsNoRunIsNotResumed) {
  EXPECT_THAT(ResumeRefusal("none"), HasSubstr("none"));
  Write("other/notes.txt", "mine");
  EXPECT_THAT(ResumeRefusal("other"), HasSubstr("run.toml"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "other"), {}), 1);
}

TEST_F(ExperimentStartTest, DataThatChangedAreRefused) {
  StartAndRun("run", {}, {}, 2);
  const std::string text = Read(source_);
  Write("text.txt", "X" + text.substr(1));
  EXPECT_THAT(ResumeRefusal(), AllOf(HasSubstr("text.txt"), HasSubstr("have changed")));
  fs::remove(source_);
  EXPECT_THAT(ResumeRefusal(), HasSubstr("text.txt does not exist"));
  Write("text.txt", text);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
}

TEST_F(ExperimentStartTest, ARelativeSourceIsRecordedAsAnAbsoluteOne) {
  const fs::path here = fs::current_path();
  fs::current_path(folder_);
  StartAndRun("run", {{"data.source", "text.txt"}}, {}, 2);
  fs::current_path(here);
  const RunFolder folder = Must(RunFolder::Open(folder_ / "run"));
  EXPECT_EQ(folder.configuration().data.source, fs::canonical(source_).string());
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
}

// A file where the folder of the checkpoints was, from step 2 to step 4.
TEST_F(ExperimentStartTest, ACheckpointThatCannotBeSavedIsARefusalWithTheReason) {
  also_after_step_ = [&](std::int64_t step) { BlockCheckpoints(step, 2, 4); };
  const Script script = {{3, "checkpoint"}, {3, "constraint", "row_softmax"}};
  EXPECT_EQ(StartAndRun("run", {}, script), RunState::kFinished);
  for (const std::string& id : ids_) {
    EXPECT_FALSE(Outcome("run", id).applied);
    EXPECT_THAT(Outcome("run", id).reason, HasSubstr("step-000000003"));
  }
  also_after_step_ = nullptr;
  StartAndRun("undisturbed", {});
  ExpectSameRun("undisturbed", "run", 20);
}

TEST_F(ExperimentStartTest, ARegularCheckpointThatCannotBeSavedIsAnAlertAndTheNextIsTried) {
  also_after_step_ = [&](std::int64_t step) { BlockCheckpoints(step, 2, 4); };
  EXPECT_EQ(StartAndRun("run", {{"train.checkpoint_every", "3"}}), RunState::kFinished);
  const std::vector<Alert> alerts = Must(Reader("run").Alerts());
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].step, 3);
  EXPECT_THAT(alerts[0].text, HasSubstr("step-000000003"));
  EXPECT_FALSE(fs::exists(CheckpointOf("run", 3)));
  EXPECT_EQ(StateOf("run", 6).step, 6);
}

TEST_F(ExperimentStartTest, TheProgressSaysWhatADisplayNeeds) {
  struct Watching : ExperimentObserver {
    void OnProgress(const Progress& progress) override { all.push_back(progress); }
    void OnMessage(const std::string&) override {}
    std::vector<Progress> all;
  } watching;
  ExperimentHost host = Host();
  host.observer = &watching;
  const auto experiment = Must(Experiment::Start(ConfigurationOf({}), folder_ / "run", host));
  Must(experiment->Run([] { return false; }));
  ASSERT_THAT(watching.all, SizeIs(20));
  EXPECT_EQ(watching.all[4].step, 5);
  EXPECT_EQ(watching.all[4].steps, 20);
  EXPECT_GT(watching.all[4].tokens_per_second, 0.0);
  EXPECT_GT(watching.all[4].seconds_left, 0.0);
  EXPECT_EQ(watching.all[19].seconds_left, 0.0);
  EXPECT_FALSE(watching.all[4].validation_loss.has_value());
  EXPECT_TRUE(watching.all[19].validation_loss.has_value());
}

TEST_F(ExperimentStartTest, EnergyIsRecordedWhereTheSystemTellsItAndNoNumberStandsThereElsewhere) {
  Write("zones/intel-rapl:0/name", "package-0\n");
  Write("zones/intel-rapl:0/energy_uj", "7000000\n");
  for (const bool tells : {true, false}) {
    const std::string zones = tells ? "zones" : "none";
    ExperimentHost host = Host();
    host.energy_zones = folder_ / zones;
    const auto experiment =
        Must(Experiment::Start(ConfigurationOf({}), folder_ / ("run-" + zones), host));
    EXPECT_EQ(Run(*experiment), RunState::kFinished);
    const auto rows = Must(Reader("run-" + zones).Rows(1, 20));
    ASSERT_THAT(rows, testing::SizeIs(20));
    for (const StepRecord& row : rows) {
      EXPECT_EQ(row.Get("energy").has_value(), tells);
      EXPECT_EQ(row.Get("energy_per_token").has_value(), tells);
    }
  }
}

}  // namespace
}  // namespace mhc
