// Requests in the inbox of a run: each has exactly one outcome.
#include <numeric>

#include "core/formats/safetensors.h"
#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ExperimentRequestsTest : public ExperimentTest {
 protected:
  // Every request of the script has one outcome, and nothing is left in the inbox.
  void ExpectOneOutcomeEach(const std::string& name) const {
    std::map<std::string, int> outcomes;
    for (const Intervention& intervention : Interventions(name)) {
      ++outcomes[intervention.request.id];
    }
    for (const std::string& id : ids_) EXPECT_EQ(outcomes[id], 1) << id;
    EXPECT_EQ(outcomes.size(), ids_.size());
    EXPECT_TRUE(InboxIsEmpty(name));
  }
  RunState RecordedState(const std::string& name) const { return Must(Reader(name).State()); }
};

TEST(InterventionEffects, EveryDeclaredKindHasOne) {
  for (const InterventionKind& kind : InterventionKinds()) {
    EXPECT_TRUE(HasEffect(kind.value.key)) << kind.value.key;
  }
}

TEST_F(ExperimentRequestsTest, EveryRequestHasExactlyOneOutcome) {
  const Script script = {{0, "checkpoint"},
                         {2, "constraint", "row_softmax", "0", "keep_logits"},
                         {2, "constraint", "identity", "0", "keep_logits"},
                         {3, "resume"},
                         {4, "iterations", "5", "1"},
                         {4, "iterations", "5"},
                         {5, "learning_rate", "0.05"},
                         {6, "on_nonfinite", "stop"},
                         {20, "pause"}};
  EXPECT_EQ(StartAndRun("run", {}, script), RunState::kFinished);
  ExpectOneOutcomeEach("run");
  std::vector<bool> applied;
  std::vector<std::int64_t> steps;
  for (const std::string& id : ids_) {
    const Intervention outcome = Outcome("run", id);
    applied.push_back(outcome.applied);
    steps.push_back(outcome.step);
    EXPECT_EQ(outcome.reason.empty(), outcome.applied) << outcome.reason;
  }
  EXPECT_THAT(applied, ElementsAre(true, true, false, false, true, false, true, true, false));
  EXPECT_THAT(steps, ElementsAre(0, 2, 2, 3, 4, 4, 5, 6, 20));
  EXPECT_THAT(Outcome("run", ids_[2]).reason, HasSubstr("keep_logits"));
  EXPECT_THAT(Outcome("run", ids_[5]).reason, AllOf(HasSubstr("site 0"), HasSubstr("iterations")));
  EXPECT_THAT(Outcome("run", ids_[8]).reason, HasSubstr("the run ended at step 20"));
}

TEST_F(ExperimentRequestsTest, RefusedRequestsChangeNothing) {
  StartAndRun("undisturbed", {});
  const Script refused = {
      {2, "constraint", "identity", "0", "keep_logits"}, {3, "resume"}, {3, "step", "2"}};
  also_after_step_ = [&](std::int64_t step) {
    if (step != 6) return;
    Write("refused/inbox/t1-r-pause.json", "{");
    Write("refused/inbox/t2-r-constraint.json", R"({"kind":"constraint","value":"nonsense"})");
    Write("refused/inbox/t3-r-constraint.json",
          R"({"kind":"constraint","value":"identity","sites":[7]})");
    Write("refused/inbox/t4-r-stop.json", std::string(70000, ' '));
  };
  EXPECT_EQ(StartAndRun("refused", {}, refused), RunState::kFinished);
  const std::vector<Intervention> outcomes = Interventions("refused");
  EXPECT_THAT(outcomes, SizeIs(7));
  for (const Intervention& outcome : outcomes) {
    EXPECT_FALSE(outcome.applied) << outcome.request.id;
    EXPECT_FALSE(outcome.reason.empty()) << outcome.request.id;
  }
  EXPECT_TRUE(InboxIsEmpty("refused"));
  EXPECT_EQ(Must(Reader("refused").Checkpoints()).size(), 2u);
  ExpectSameRun("undisturbed", "refused", 20);
}

TEST_F(ExperimentRequestsTest, ARunWithoutSitesRefusesWhatNeedsThem) {
  also_after_step_ = [&](std::int64_t step) {
    if (step != 2) return;
    Write("run/inbox/t1-r-constraint.json", R"({"kind":"constraint","value":"sinkhorn"})");
    Write("run/inbox/t2-r-iterations.json", R"({"kind":"iterations","value":5})");
  };
  StartAndRun("run", {{"mixing.connection", "residual"}});
  const auto outcomes = Interventions("run");
  ASSERT_THAT(outcomes, SizeIs(2));
  for (const Intervention& outcome : outcomes) {
    EXPECT_FALSE(outcome.applied);
    EXPECT_THAT(outcome.reason, HasSubstr("residual"));
  }
}

TEST_F(ExperimentRequestsTest, PauseStepAndResumeAreAScript) {
  StartAndRun("undisturbed", {});
  const Script script = {
      {3, "pause"}, {3, "step", "2"}, {3, "learning_rate", "0.01"}, {3, "resume"}};
  EXPECT_EQ(StartAndRun("paused", {}, script), RunState::kFinished);
  ExpectOneOutcomeEach("paused");
  std::vector<std::int64_t> steps;
  for (const std::string& id : ids_) {
    EXPECT_TRUE(Outcome("paused", id).applied);
    steps.push_back(Outcome("paused", id).step);
  }
  // What follows the two steps waits for them.
  EXPECT_THAT(steps, ElementsAre(3, 3, 5, 5));
  ExpectSameRun("undisturbed", "paused", 20);
}

TEST_F(ExperimentRequestsTest, APausedRunSaysSoAndStillTakesRequests) {
  const auto experiment = Must(Experiment::Start(ConfigurationOf({}), folder_ / "run", Host()));
  int asked_while_paused = 0;
  observer_.after_step = [&](std::int64_t step) {
    if (step == 4) Submit(experiment->folder(), {0, "pause"});
  };
  const RunState state = Must(experiment->Run([&] {
    if (observer_.step != 4) return false;
    ++asked_while_paused;
    if (asked_while_paused == 3) {
      EXPECT_EQ(RecordedState("run"), RunState::kPaused);
      ids_.push_back(Submit(experiment->folder(), {0, "learning_rate", "0.03"}));
    }
    if (asked_while_paused == 5) {
      EXPECT_EQ(Outcome("run", ids_[0]).step, 4);
      Submit(experiment->folder(), {0, "resume"});
    }
    EXPECT_LT(asked_while_paused, 50);
    return asked_while_paused >= 50;
  }));
  EXPECT_EQ(state, RunState::kFinished);
  EXPECT_EQ(RecordedState("run"), RunState::kFinished);
  EXPECT_EQ(observer_.steps_done.size(), 20u);
}

TEST_F(ExperimentRequestsTest, APauseEndsTheStepsThatWereAllowed) {
  int asked_while_paused = 0;
  const auto experiment = Must(Experiment::Start(ConfigurationOf({}), folder_ / "run", Host()));
  for (const ScriptedRequest& request : Script{{0, "pause"}, {0, "step", "10"}}) {
    Submit(experiment->folder(), request);
  }
  observer_.after_step = [&](std::int64_t step) {
    if (step == 4) Submit(experiment->folder(), {0, "pause"});
  };
  EXPECT_EQ(Must(experiment->Run([&] { return observer_.step == 4 && ++asked_while_paused > 3; })),
            RunState::kStopped);
  EXPECT_EQ(observer_.step, 4);
}

TEST_F(ExperimentRequestsTest, AStopSavesTheRunAndRefusesWhatCameAfterIt) {
  const Script script = {{6, "stop"}, {6, "learning_rate", "0.5"}};
  EXPECT_EQ(StartAndRun("run", {}, script), RunState::kStopped);
  ExpectOneOutcomeEach("run");
  EXPECT_EQ(RecordedState("run"), RunState::kStopped);
  EXPECT_TRUE(Outcome("run", ids_[0]).applied);
  EXPECT_THAT(Outcome("run", ids_[1]).reason, HasSubstr("the run ended at step 6"));
  EXPECT_EQ(StateOf("run", 6).learning_rate, 0.01);
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
}

TEST_F(ExperimentRequestsTest, ALearningRateIsThePeakThatTheScheduleScales) {
  const std::vector<Setting> settings = {{"train.schedule", "constant"},
                                         {"train.learning_rate", "0.01"}};
  StartAndRun("run", settings, {{2, "learning_rate", "0.04"}}, 7);
  ResumeAndRun("run");
  const std::vector<double> rates = Column("run", "learning_rate");
  ASSERT_THAT(rates, SizeIs(20));
  EXPECT_DOUBLE_EQ(rates[1], 0.005);  // the second of four warm-up steps
  EXPECT_DOUBLE_EQ(rates[2], 0.03);
  EXPECT_THAT(std::vector(rates.begin() + 3, rates.end()), Each(0.04));
}

TEST_F(ExperimentRequestsTest, WhatChangesTrainingSavesACheckpointOfTheStateBefore) {
  const Script script = {{5, "constraint", "row_softmax"}, {9, "checkpoint"}};
  StartAndRun("run", {}, script);
  StartAndRun("undisturbed", {}, {}, 5);
  const std::string model = Read(CheckpointOf("run", 5) / "model.safetensors");
  EXPECT_TRUE(model == Read(CheckpointOf("undisturbed", 5) / "model.safetensors"));
  std::map<std::int64_t, std::string> reasons;
  for (const CheckpointRow& row : Must(Reader("run").Checkpoints())) {
    reasons[row.step] = row.reason;
  }
  EXPECT_THAT(reasons, ElementsAre(testing::Pair(0, "start"), testing::Pair(5, "intervention"),
                                   testing::Pair(9, "request"), testing::Pair(20, "final")));
}

TEST_F(ExperimentRequestsTest, AnOutcomeSaysHowFarTheMapsMoved) {
  StartAndRun("run", {}, {{5, "constraint", "identity", "1"}});
  const Intervention outcome = Outcome("run", ids_[0]);
  ASSERT_THAT(outcome.matrix_jump_by_site, SizeIs(1));
  ASSERT_THAT(outcome.unmatched_by_site, SizeIs(1));
  EXPECT_GT(*outcome.matrix_jump, 0.0);
  // A constant map moves the mean by what the fit leaves.
  EXPECT_NEAR(*outcome.matrix_jump, *outcome.unmatched, 1e-6);
  const Snapshot before = Must(Reader("run").SnapshotAt("res_mean", 5))->snapshot;
  double square = 0.0;
  for (int i = 0; i < 16; ++i) {
    const double identity = i % 5 == 0 ? 1.0 : 0.0;
    square += (before.data[16 + i] - identity) * (before.data[16 + i] - identity);
  }
  EXPECT_NEAR(std::sqrt(square), *outcome.matrix_jump, 1e-6);
}

TEST_F(ExperimentRequestsTest, ATakenRequestWhoseOutcomeIsRecordedIsOnlyDeleted) {
  StartAndRun("run", {}, {{3, "learning_rate", "0.02"}}, 7);
  Write("run/inbox/" + ids_[0] + "-learning_rate.json.taken",
        R"({"kind":"learning_rate","value":0.5})");
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  ExpectOneOutcomeEach("run");
  EXPECT_EQ(StateOf("run", 20).learning_rate, 0.02);
}

TEST_F(ExperimentRequestsTest, ATakenRequestWithoutAnOutcomeIsAppliedAfterTheCrash) {
  StartAndRun("run", {}, {}, 7);
  Write("run/inbox/t1-r-learning_rate.json.taken", R"({"kind":"learning_rate","value":0.5})");
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(Outcome("run", "t1-r").step, 7);
  EXPECT_TRUE(Outcome("run", "t1-r").applied);
}

TEST_F(ExperimentRequestsTest, TheRecordSaysTheParametersOfTheModelAsItIsNow) {
  std::map<std::int64_t, std::int64_t> counts;
  also_after_step_ = [&](std::int64_t step) {
    counts[step] = Must(Reader("run").Description()).parameters;
  };
  StartAndRun("run", {{"model.streams", "2"}},
              {{3, "constraint", "identity", "0", "match_matrix"},
               {6, "constraint", "circulant", "1", "blend(4)"}});
  const std::int64_t width = 2 * 8;  // φ has a row a number of the streams
  const std::int64_t sinkhorn = 4 * width + 4 + 1, circulant = 2 * width + 2 + 1;
  EXPECT_EQ(counts[4], counts[3] - sinkhorn);
  EXPECT_EQ(counts[7], counts[4] + circulant) << "both maps of the blend";
  EXPECT_EQ(counts[12], counts[7] - sinkhorn);
  std::int64_t saved = 0;
  const Safetensors model = Must(Safetensors::Open(CheckpointOf("run", 20) / "model.safetensors"));
  for (const SafetensorsEntry& tensor : model.tensors()) {
    saved += std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                             std::multiplies<std::int64_t>());
  }
  EXPECT_EQ(Must(Reader("run").Description()).parameters, saved);
}

// Nothing moves, and everything is measured: a run that only watches.
TEST_F(ExperimentRequestsTest, ALearningRateOfZeroChangesNoParameter) {
  EXPECT_EQ(StartAndRun("start", {{"train.learning_rate", "0"}}), RunState::kFinished);
  EXPECT_EQ(StartAndRun("request", {}, {{0, "learning_rate", "0"}}), RunState::kFinished);
  for (const char* run : {"start", "request"}) {
    EXPECT_THAT(Column(run, "learning_rate"), Each(0.0)) << run;
    EXPECT_TRUE(Read(CheckpointOf(run, 0) / "model.safetensors") ==
                Read(CheckpointOf(run, 20) / "model.safetensors"))
        << run;
  }
}

}  // namespace
}  // namespace mhc
