// A request with which an engine ended once is refused at the next resume, and never repeated into
// the same end.
#include "core/train/intervention_desk/intervention_trial.h"

#include <signal.h>

#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class InterventionTrialTest : public ExperimentTest {
 protected:
  fs::path File() const { return folder_ / "trial"; }
  OpenFolder Place() const { return Must(OpenFolder::Open(folder_)); }
  // What the next engine makes of the file.
  std::optional<std::string> ReasonAgainst(const std::string& id) const {
    InterventionTrial next(Place());
    next.TakeOver();
    return next.ReasonAgainst(id);
  }
  std::vector<std::string> AlertKinds(const std::string& name) const {
    std::vector<std::string> kinds;
    for (const Alert& alert : Must(Reader(name).Alerts())) kinds.push_back(alert.kind);
    return kinds;
  }
};

TEST_F(InterventionTrialTest, ARequestThatDidNoHarmLeavesNothingBehind) {
  InterventionTrial trial(Place());
  trial.Begin("a");
  EXPECT_TRUE(fs::exists(File()));
  trial.Begin("b");
  trial.Pass("b");
  EXPECT_TRUE(fs::exists(File()));
  trial.PassOpen();
  EXPECT_FALSE(fs::exists(File()));
  EXPECT_FALSE(ReasonAgainst("a"));
}

TEST_F(InterventionTrialTest, WhatIsOpenWhereAnExceptionEndsTheEngineIsWhy) {
  InterventionTrial trial(Place());
  trial.Begin("before");
  trial.Pass("before");
  trial.Begin("a");
  trial.Begin("b");
  trial.EndBy("LibTorch failed:\nof two lines");
  EXPECT_THAT(ReasonAgainst("a").value(), HasSubstr("LibTorch failed: of two lines"));
  EXPECT_TRUE(ReasonAgainst("b"));
  EXPECT_FALSE(ReasonAgainst("before"));
}

TEST_F(InterventionTrialTest, ACrashIsNotedFromItsSignalHandler) {
  {
    InterventionTrial trial(Place());
    trial.Begin("a");
    InterventionTrial::NoteSignal(SIGSEGV);
  }
  EXPECT_THAT(ReasonAgainst("a").value(), HasSubstr("SIGSEGV"));
  InterventionTrial::NoteSignal(SIGSEGV);  // where nothing is on trial: nothing
}

TEST_F(InterventionTrialTest, KillsFromOutsideCountOnlyWhereTheyComeAgainAndAgain) {
  for (int kill = 1; kill <= InterventionTrial::kMostTries; ++kill) {
    InterventionTrial trial(Place());
    trial.TakeOver();
    EXPECT_FALSE(trial.ReasonAgainst("a")) << kill;
    trial.Begin("a");
  }
  EXPECT_THAT(ReasonAgainst("a").value(), HasSubstr("killed 3 times"));
}

TEST_F(InterventionTrialTest, AFileThatIsNotOursIsNoReasonAndNotFollowed) {
  Write("trial",
        "ended\nopen\n\n end of it\nopen a many\n" + std::string(1000, 'x') + "\nended b ");
  EXPECT_FALSE(ReasonAgainst("a"));
  fs::remove(File());
  Write("elsewhere", "open a 7\n");
  fs::create_symlink(folder_ / "elsewhere", File());
  EXPECT_FALSE(ReasonAgainst("a"));
  InterventionTrial trial(Place());
  trial.Begin("b");
  EXPECT_EQ(Read(folder_ / "elsewhere"), "open a 7\n");
}

TEST_F(InterventionTrialTest, WhatEndedTheEngineInTheStepAfterIsRefusedAtTheResumeAndTheRunGoesOn) {
  const Script harmless = {{3, "learning_rate", "0.02"}};
  Script script = harmless;
  script.push_back({5, "constraint", "row_softmax"});
  also_on_message_ = [](const std::string& sentence) {
    if (sentence.find("row_softmax") != std::string::npos) throw std::runtime_error("no room");
  };
  EXPECT_THROW(StartAndRun("run", {}, script), std::runtime_error);
  also_on_message_ = nullptr;
  observer_ = {};
  EXPECT_TRUE(Outcome("run", ids_[1]).applied);
  EXPECT_EQ(Must(Reader("run").State()), RunState::kFailed);

  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  const Intervention refused = Outcome("run", ids_[1]);
  EXPECT_FALSE(refused.applied);
  EXPECT_THAT(refused.reason, AllOf(HasSubstr("the engine ended"), HasSubstr("no room")));
  EXPECT_FALSE(refused.matrix_jump);
  EXPECT_TRUE(Outcome("run", ids_[0]).applied);
  EXPECT_THAT(AlertKinds("run"), ElementsAre("failed", "refused"));
  EXPECT_TRUE(InboxIsEmpty("run"));
  EXPECT_FALSE(fs::exists(folder_ / "run/trial"));

  StartAndRun("never-asked", {}, harmless);
  ExpectSameRun("never-asked", "run", 20);
}

class LeftOnTrialTest : public InterventionTrialTest {
 protected:
  // A run at step 5 whose engine ended while it applied a request.
  void StopWith(const std::string& trial) {
    StartAndRun("run", {}, {}, 5);
    const std::string id =
        Submit(Must(RunFolder::Open(folder_ / "run")), {5, "constraint", "row_softmax"});
    ids_.push_back(id);
    fs::rename(folder_ / "run/inbox" / (id + "-constraint.json"),
               folder_ / "run/inbox" / (id + "-constraint.json.taken"));
    Write("run/trial", fmt::format(fmt::runtime(trial), id));
  }
};

TEST_F(LeftOnTrialTest, WhatCrashedTheEngineWhileItWasAppliedIsRefused) {
  StopWith("open {} 1\nend it crashed (SIGSEGV)\n");
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_FALSE(Outcome("run", ids_[0]).applied);
  EXPECT_THAT(Outcome("run", ids_[0]).reason, HasSubstr("SIGSEGV"));
  EXPECT_EQ(Outcome("run", ids_[0]).request.kind, "constraint");
  EXPECT_FALSE(fs::exists(folder_ / "run/trial"));
}

TEST_F(LeftOnTrialTest, WhatWasKilledFromOutsideWhileItWasAppliedIsAppliedAgain) {
  StopWith("open {} 1\n");
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_TRUE(Outcome("run", ids_[0]).applied);
  EXPECT_FALSE(fs::exists(folder_ / "run/trial"));
}

TEST_F(LeftOnTrialTest, WhatIsRefusedDoesNotWaitForStepsThatAreRepeated) {
  StopWith("open {} 1\nend it crashed (SIGSEGV)\n");
  fs::remove_all(CheckpointOf("run", 5));
  EXPECT_EQ(ResumeAndRun("run"), RunState::kFinished);
  EXPECT_EQ(observer_.steps_done.front(), 1);
  EXPECT_FALSE(Outcome("run", ids_[0]).applied);
  EXPECT_EQ(Outcome("run", ids_[0]).step, 0);
}

}  // namespace
}  // namespace mhc
