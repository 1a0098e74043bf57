// Branches: exact twins where nothing differs, and what differs where something does.
#include "core/record/run/branch.h"

#include "core/record/run/run_comparison.h"
#include "experiment_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ExperimentBranchTest : public ExperimentTest {
 protected:
  RunFolder Branch(const std::string& parent, std::int64_t step, const std::string& name,
                   const std::vector<Setting>& settings = {}) const {
    return Must(MakeBranch({folder_ / parent, step, folder_ / name, settings}));
  }
  // The rows of one step in `curve`, that of the parent and that of the branch.
  bool SameLossesUpTo(const std::string& a, const std::string& b, std::int64_t step) const {
    const auto first = Column(a, "loss"), second = Column(b, "loss");
    return std::equal(first.begin(), first.begin() + step, second.begin());
  }
  const std::vector<Setting> settings_ = {{"train.checkpoint_every", "5"}};
};

TEST_F(ExperimentBranchTest, WhereNothingDiffersABranchRepeatsItsParentBitForBit) {
  StartAndRun("run", settings_);
  Branch("run", 10, "twin");
  EXPECT_EQ(ResumeAndRun("twin"), RunState::kFinished);
  ExpectSameRun("run", "twin", 20);
}

TEST_F(ExperimentBranchTest, AlsoInsideABlendAndWithAHarmonizedScale) {
  StartAndRun("blend", settings_, {{7, "constraint", "row_softmax", std::nullopt, "blend(6)"}});
  Branch("blend", 10, "twin");
  EXPECT_EQ(ResumeAndRun("twin"), RunState::kFinished);
  ExpectSameRun("blend", "twin", 20);

  StartAndRun("scaled", {{"train.checkpoint_every", "5"}, {"mixing.constraint", "harmonized"}});
  Branch("scaled", 10, "scaled-twin");
  EXPECT_EQ(ResumeAndRun("scaled-twin"), RunState::kFinished);
  ExpectSameRun("scaled", "scaled-twin", 20);
}

TEST_F(ExperimentBranchTest, TheRunWithoutAnInterventionIsTheOneThatWasNeverAsked) {
  StartAndRun("never", settings_);
  StartAndRun("asked", settings_, {{8, "constraint", "row_softmax"}});
  EXPECT_FALSE(SameLossesUpTo("never", "asked", 20));
  Branch("asked", 8, "without");  // the checkpoint that the intervention had saved
  EXPECT_EQ(ResumeAndRun("without"), RunState::kFinished);
  EXPECT_THAT(Interventions("without"), IsEmpty());
  ExpectSameRun("never", "without", 20);
}

TEST_F(ExperimentBranchTest, WhatDiffersIsAnInterventionOrASettingOfTheBranch) {
  StartAndRun("run", settings_);
  Branch("run", 10, "branch",
         {{"mixing.constraint", "unconstrained"},
          {"train.learning_rate", "0.002"},
          {"train.clip", "0.25"},
          {"name", "other"}});
  EXPECT_EQ(ResumeAndRun("branch"), RunState::kFinished);
  const auto interventions = Interventions("branch");
  ASSERT_THAT(interventions, SizeIs(2));
  EXPECT_EQ(interventions[0].request.kind, "constraint");
  EXPECT_EQ(interventions[0].step, 10);
  EXPECT_TRUE(interventions[0].applied);
  EXPECT_EQ(interventions[1].request.kind, "learning_rate");
  EXPECT_TRUE(SameLossesUpTo("run", "branch", 10));
  EXPECT_FALSE(SameLossesUpTo("run", "branch", 20));
  const Configuration branch = Must(RunFolder::Open(folder_ / "branch")).configuration();
  EXPECT_EQ(branch.train.clip, 0.25);
  EXPECT_EQ(branch.name, "other");
  EXPECT_EQ(branch.mixing.constraint.constraint->name, "sinkhorn");
}

TEST_F(ExperimentBranchTest, ABranchHasItsParentsRecordUpToTheForkAndNothingOfItAfter) {
  StartAndRun("run", settings_, {{3, "learning_rate", "0.004"}, {12, "learning_rate", "0.002"}});
  Branch("run", 10, "branch");
  RecordReader reader = Reader("branch");
  EXPECT_EQ(Must(reader.LastStep()), 10);
  EXPECT_TRUE(SameLossesUpTo("run", "branch", 10));
  EXPECT_THAT(Must(reader.SnapshotSteps("res_mean")), ElementsAre(1, 5, 10));
  ASSERT_THAT(Must(reader.Interventions()), SizeIs(1));
  EXPECT_EQ(Must(reader.Interventions())[0].step, 3);
  ASSERT_THAT(Must(reader.Checkpoints()), SizeIs(1));
  EXPECT_EQ(Must(reader.Checkpoints())[0].step, 10);
  EXPECT_EQ(Must(reader.State()), RunState::kStopped);
  const RunDescription parent = Must(Reader("run").Description());
  const RunDescription branch = Must(reader.Description());
  EXPECT_NE(branch.id, parent.id);
  ASSERT_TRUE(branch.parent.has_value());
  EXPECT_EQ(branch.parent->id, parent.id);
  EXPECT_EQ(branch.parent->step, 10);
}

TEST_F(ExperimentBranchTest, ALiveRunIsBranchedWithoutANoticeOfIt) {
  StartAndRun("straight", settings_);
  also_after_step_ = [&](std::int64_t step) {
    if (step == 12) Branch("run", 10, "twin");
  };
  StartAndRun("run", settings_);
  also_after_step_ = nullptr;
  ExpectSameRun("straight", "run", 20);
  EXPECT_EQ(ResumeAndRun("twin"), RunState::kFinished);
  ExpectSameRun("straight", "twin", 20);
}

TEST_F(ExperimentBranchTest, OfARunThatWasExtendedIsAsLongAsItIsNow) {
  StartAndRun("run", settings_);
  const std::vector<Setting> more = {{"train.steps", "30"}};
  EXPECT_EQ(Run(*Must(Experiment::Resume(folder_ / "run", Host(), more))), RunState::kFinished);
  Branch("run", 25, "twin");
  EXPECT_EQ(ResumeAndRun("twin"), RunState::kFinished);
  ExpectSameRun("run", "twin", 30);
  const fs::path runs[] = {folder_ / "run", folder_ / "twin"};
  EXPECT_THAT(Must(CompareRuns(runs)).differing, IsEmpty());
}

TEST_F(ExperimentBranchTest, OutlivesItsParent) {
  StartAndRun("straight", settings_);
  StartAndRun("run", settings_);
  Branch("run", 10, "twin");
  fs::remove_all(folder_ / "run");
  EXPECT_EQ(ResumeAndRun("twin"), RunState::kFinished);
  ExpectSameRun("straight", "twin", 20);
}

TEST_F(ExperimentBranchTest, AStepWithoutACheckpointListsThoseThereAre) {
  StartAndRun("run", settings_);
  const auto none = MakeBranch({folder_ / "run", 11, folder_ / "branch", {}});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("expected one of 0, 5, 10, 15, 20"));
  EXPECT_FALSE(fs::exists(folder_ / "branch"));
}

TEST_F(ExperimentBranchTest, WhatTheCheckpointFixesCannotDiffer) {
  StartAndRun("run", settings_, {}, 10);
  for (const char* key : {"model.blocks", "model.streams", "mixing.connection", "mixing.dynamic",
                          "data.tokenizer", "train.batch"}) {
    const auto refused = MakeBranch({folder_ / "run", 5, folder_ / "branch", {{key, "2"}}});
    ASSERT_FALSE(refused) << key;
    EXPECT_THAT(refused.error().message, HasSubstr("fixed by the checkpoint")) << key;
  }
  const std::vector<Setting> unknown = {{"train.clop", "2"}}, wrong = {{"train.clip", "x"}};
  EXPECT_FALSE(MakeBranch({folder_ / "run", 5, folder_ / "branch", unknown}));
  EXPECT_FALSE(MakeBranch({folder_ / "run", 5, folder_ / "branch", wrong}));
  const std::vector<Setting> map = {{"mixing.constraint", "no_such_map"}};
  EXPECT_FALSE(MakeBranch({folder_ / "run", 5, folder_ / "branch", map}));
  EXPECT_FALSE(fs::exists(folder_ / "branch"));
}

TEST_F(ExperimentBranchTest, BranchesAreComparedFromWhereTheyParted) {
  StartAndRun("run", settings_);
  Branch("run", 10, "one", {{"train.clip", "0.25"}});
  Branch("run", 15, "two");
  ResumeAndRun("one");
  Branch("one", 15, "one-of-one");
  const auto fork_of = [&](const std::string& a, const std::string& b) {
    const fs::path runs[] = {folder_ / a, folder_ / b};
    return Must(CompareRuns(runs));
  };
  EXPECT_EQ(fork_of("run", "one").fork_step, 10);
  EXPECT_EQ(fork_of("one", "two").fork_step, 10);
  EXPECT_EQ(fork_of("two", "run").fork_step, 15);
  EXPECT_EQ(fork_of("one-of-one", "one").fork_step, 15);
  EXPECT_EQ(fork_of("one-of-one", "two").fork_step, 10);
  const RunComparison twins = fork_of("run", "one");
  ASSERT_THAT(twins.differing, SizeIs(1));
  EXPECT_EQ(twins.differing[0].key, "train.clip");
  EXPECT_EQ(twins.step, 20);
  StartAndRun("stranger", {});
  EXPECT_FALSE(fork_of("run", "stranger").fork_step.has_value());
}

}  // namespace
}  // namespace mhc
