// Losses and gradients that are not finite: skip, stop, roll back.
#include <cmath>
#include <limits>

#include "core/formats/safetensors.h"
#include "core/formats/safetensors_writer.h"
#include "core/record/run/run_watch.h"
#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class ExperimentGuardTest : public ExperimentTest {
 protected:
  // A run that stands at `step` with weights so large that no later step is finite: numbers that
  // are not would be taken for damage.
  void StartPoisoned(const std::string& name, const std::string& policy, std::int64_t step) {
    StartAndRun(name, {{"train.on_nonfinite", policy}}, {}, step);
    const fs::path file = CheckpointOf(name, step) / "model.safetensors";
    fs::copy_file(file, folder_ / "original", fs::copy_options::overwrite_existing);
    const Safetensors original = Must(Safetensors::Open(folder_ / "original"));
    std::vector<SafetensorsTensor> tensors;
    std::vector<float> huge;
    for (const SafetensorsEntry& entry : original.tensors()) {
      tensors.push_back({entry.name, entry.type, entry.shape, original.Bytes(entry)});
      if (entry.name != "head.weight") continue;
      huge.assign(entry.byte_count / sizeof(float), 0.0f);
      for (std::size_t i = 0; i < huge.size(); ++i) huge[i] = i % 2 == 0 ? 3e38f : -3e38f;
      tensors.back().bytes = std::as_bytes(std::span(huge));
    }
    Must(WriteSafetensors(file, tensors));
    NoteChecksums(CheckpointOf(name, step));
  }
  // Goes on with a run whose logits of a site are NaN from the first step on.
  RunState ResumeWithNanLogits(const std::string& name, std::size_t site,
                               const Script& script = {}) {
    const auto experiment = Must(Experiment::Resume(folder_ / name, Host()));
    auto parameters = experiment->model()->sites[site]->named_parameters();
    parameters["res.predictor.bias"].data().fill_(std::numeric_limits<float>::quiet_NaN());
    return Run(*experiment, script);
  }
  std::vector<Alert> Alerts(const std::string& name) const { return Must(Reader(name).Alerts()); }
  std::int64_t RollBacks(const std::string& name) const {
    std::int64_t count = 0;
    for (const SegmentRow& segment : Must(Reader(name).Segments())) {
      count += segment.reason == "roll_back";
    }
    return count;
  }

  // Deep, without a constraint, and with mixing parameters that the first step throws far out: the
  // second step overflows until the learning rate has been halved a few times.
  std::vector<Setting> Exploding(const std::string& policy) const {
    return {{"model.blocks", "12"},
            {"mixing.connection", "hc"},
            {"mixing.learning_rate_scale", "80"},
            {"train.schedule", "constant"},
            {"train.warmup_steps", "0"},
            {"train.learning_rate", "1"},
            {"train.clip", "0"},
            {"train.steps", "5"},
            {"probe.every", "1000"},
            {"train.on_nonfinite", policy}};
  }
};

TEST_F(ExperimentGuardTest, SkippedStepsAreRecordedAndChangeNothing) {
  StartPoisoned("run", "skip", 3);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  const std::vector<double> skipped = Column("run", "skipped");
  ASSERT_THAT(skipped, SizeIs(20));
  EXPECT_THAT(std::vector(skipped.begin(), skipped.begin() + 3), Each(0.0));
  EXPECT_THAT(std::vector(skipped.begin() + 3, skipped.end()), Each(1.0));
  EXPECT_FALSE(std::isfinite(Column("run", "loss")[10]));
  const Safetensors saved = Must(Safetensors::Open(CheckpointOf("run", 3) / "model.safetensors"));
  const Safetensors last = Must(Safetensors::Open(CheckpointOf("run", 20) / "model.safetensors"));
  for (const SafetensorsEntry& entry : saved.tensors()) {
    const auto a = saved.Bytes(entry), b = last.Bytes(*last.Find(entry.name));
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << entry.name;
  }
  // One sentence for a stretch of them, not one a step.
  ASSERT_THAT(Alerts("run"), SizeIs(1));
  EXPECT_EQ(Alerts("run")[0].kind, "nonfinite");
  EXPECT_EQ(Alerts("run")[0].step, 4);
  EXPECT_THAT(Alerts("run")[0].text, HasSubstr("skipped"));
}

TEST_F(ExperimentGuardTest, AStopEndsTheRunAsFailedWithItsCheckpointIntact) {
  StartPoisoned("run", "stop", 3);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFailed);
  EXPECT_EQ(Must(Reader("run").State()), RunState::kFailed);
  EXPECT_EQ(Must(Reader("run").LastStep()), 4);
  EXPECT_THAT(Alerts("run").back().text, HasSubstr("the run was stopped"));
  EXPECT_FALSE(fs::exists(CheckpointOf("run", 4)));
  EXPECT_EQ(StateOf("run", 3).step, 3);
}

TEST_F(ExperimentGuardTest, TheStepThatEndsTheRunHasASnapshot) {
  StartAndRun("run", {{"train.on_nonfinite", "stop"}}, {}, 3);
  EXPECT_EQ(ResumeWithNanLogits("run", 1), RunState::kFailed);
  RecordReader reader = Reader("run");
  for (const char* kind : {"res_mean", "stream_rms"}) {
    EXPECT_THAT(Must(reader.SnapshotSteps(kind)), ElementsAre(1, 4)) << kind;
  }
  const Snapshot maps = Must(reader.SnapshotAt("res_mean", 4))->snapshot;
  ASSERT_THAT(maps.data, SizeIs(32));
  EXPECT_TRUE(std::isfinite(maps.data[0]));
  EXPECT_TRUE(std::isnan(maps.data[16])) << "the site that it began at";
}

TEST_F(ExperimentGuardTest, ThePolicyIsARequestToo) {
  StartPoisoned("run", "skip", 3);
  EXPECT_EQ(ResumeAndRun("run", {{6, "on_nonfinite", "stop"}}), RunState::kFailed);
  EXPECT_EQ(Must(Reader("run").LastStep()), 7);
}

TEST_F(ExperimentGuardTest, RollBacksHalveTheLearningRateAndEndAfterFive) {
  StartPoisoned("run", "roll_back", 3);
  fs::remove_all(CheckpointOf("run", 0));
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFailed);
  EXPECT_EQ(RollBacks("run"), 5);
  std::vector<double> rates;
  std::vector<bool> undone;
  for (const Intervention& intervention : Interventions("run")) {
    EXPECT_EQ(intervention.request.origin, "guard");
    EXPECT_EQ(intervention.step, 3);
    rates.push_back(std::get<double>(intervention.request.value));
    undone.push_back(intervention.undone);
  }
  EXPECT_THAT(rates, ElementsAre(0.005, 0.0025, 0.00125, 0.000625, 0.0003125));
  EXPECT_THAT(undone, ElementsAre(true, true, true, true, false));
  EXPECT_THAT(Alerts("run").back().text, HasSubstr("after 5 roll backs"));
}

TEST_F(ExperimentGuardTest, ARollBackGoesOnFromTheLastCheckpointAtHalfTheRate) {
  EXPECT_EQ(StartAndRun("run", Exploding("roll_back")), RunState::kFinished);
  ASSERT_GE(RollBacks("run"), 1);
  const std::vector<double> losses = Column("run", "loss");
  ASSERT_THAT(losses, SizeIs(5));
  for (const double loss : losses) EXPECT_TRUE(std::isfinite(loss));
  EXPECT_THAT(Column("run", "skipped"), Each(0.0));
  const double rate = std::pow(0.5, RollBacks("run"));
  EXPECT_THAT(Column("run", "learning_rate"), Each(testing::DoubleEq(rate)));
  EXPECT_EQ(StateOf("run", 5).learning_rate, rate);
}

TEST_F(ExperimentGuardTest, ARunThatWasKilledAfterARollBackRepeatsItBitForBit) {
  also_after_step_ = [&](std::int64_t step) {
    const bool rolled_back = !observer_.messages.empty();
    if (step == 1 && rolled_back && !fs::exists(folder_ / "killed")) {
      fs::copy(folder_ / "straight", folder_ / "killed", fs::copy_options::recursive);
    }
  };
  StartAndRun("straight", Exploding("roll_back"));
  also_after_step_ = nullptr;
  ASSERT_TRUE(fs::exists(folder_ / "killed"));
  EXPECT_EQ(ResumeAndRun("killed"), RunState::kFinished);
  ExpectSameRun("straight", "killed", 5);
}

TEST_F(ExperimentGuardTest, StepsThatOverflowAndAreSkippedLeaveAFiniteModel) {
  EXPECT_EQ(StartAndRun("run", Exploding("skip")), RunState::kFinished);
  EXPECT_THAT(Column("run", "skipped"), ElementsAre(0.0, 1.0, 1.0, 1.0, 1.0));
  const Safetensors last = Must(Safetensors::Open(CheckpointOf("run", 5) / "model.safetensors"));
  for (const SafetensorsEntry& entry : last.tensors()) {
    for (const double value : Must(last.AsDoubles(entry.name))) {
      ASSERT_TRUE(std::isfinite(value)) << entry.name;
    }
  }
}

TEST_F(ExperimentGuardTest, WhereNobodyWatchesARunThatOnlySkipsEndsAsFailed) {
  StartAndRun("run", {{"train.on_nonfinite", "skip"}, {"train.steps", "60"}}, {}, 3);
  EXPECT_EQ(ResumeWithNanLogits("run", 0), RunState::kFailed);
  EXPECT_EQ(Must(Reader("run").LastStep()), 23);
  EXPECT_THAT(Alerts("run").back().text, HasSubstr("no lab is watching"));
}

TEST_F(ExperimentGuardTest, WhereALabWatchesItPausesForThePerson) {
  StartAndRun("run", {{"train.on_nonfinite", "skip"}, {"train.steps", "60"}}, {}, 3);
  RunWatch::Prepare(Must(OpenFolder::Open(folder_ / "run")));
  const auto lab = RunWatch::Attach(folder_ / "run");
  ASSERT_TRUE(lab.has_value());
  also_on_message_ = [&](const std::string& sentence) {
    if (sentence.find("the run pauses") == std::string::npos) return;
    Submit(Must(RunFolder::Open(folder_ / "run")), {0, "stop"});
  };
  EXPECT_EQ(ResumeWithNanLogits("run", 0), RunState::kStopped);
  EXPECT_EQ(Must(Reader("run").LastStep()), 23);
}

TEST_F(ExperimentGuardTest, ARollBackThatDoesNotHelpGoesToTheCheckpointBefore) {
  StartAndRun("run", {{"train.on_nonfinite", "roll_back"}, {"train.checkpoint_every", "2"}}, {}, 4);
  const fs::path good = CheckpointOf("run", 2), bad = CheckpointOf("run", 4);
  StartPoisoned("poisoned", "roll_back", 4);
  for (const char* file : {"model.safetensors"}) {
    fs::copy_file(CheckpointOf("poisoned", 4) / file, bad / file,
                  fs::copy_options::overwrite_existing);
  }
  NoteChecksums(bad);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(RollBacks("run"), 2);
  const auto segments = Must(Reader("run").Segments());
  EXPECT_EQ(segments[segments.size() - 2].first_step, 4);
  EXPECT_EQ(segments.back().first_step, 2);
  for (const double loss : Column("run", "loss")) EXPECT_TRUE(std::isfinite(loss));
}

// A map of NaN cannot be matched; the request is refused, and the engine lives on. In a process of
// its own, because what is guarded against is an abort.
TEST_F(ExperimentGuardTest, AConstraintRequestOnMapsThatAreNotFiniteIsRefused) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        StartAndRun("run", {{"train.on_nonfinite", "skip"}}, {}, 3);
        const RunState state = ResumeWithNanLogits("run", 0, {{5, "constraint", "row_softmax"}});
        const Intervention outcome = Interventions("run").back();
        const bool refused = !outcome.applied && !outcome.reason.empty();
        fs::remove_all(folder_);
        std::_Exit(state == RunState::kFinished && refused ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mhc
