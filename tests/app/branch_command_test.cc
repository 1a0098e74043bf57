// fork, resume --steps and compare in the words of the contract.
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class BranchCommandTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    Train("run", 40, {"train.checkpoint_every=10", "train.keep_checkpoints=0"});
  }
  std::string P(const std::string& name) const { return Path(name).string(); }
};

TEST_F(BranchCommandTest, AForkIsABranchOfTheRunAndIsTrainedByAResume) {
  const Finished forked =
      RunProgram({"mhc", "fork", P("run"), "--at", "20", "--run", P("twin"), "--json"});
  ASSERT_EQ(forked.status, 0) << forked.err;
  const auto document = nlohmann::json::parse(forked.out);
  EXPECT_EQ(document["state"], "stopped");
  EXPECT_EQ(document["step"], 20);
  EXPECT_EQ(document["parent"]["id"], StatusOf("run")["id"]);
  EXPECT_EQ(document["parent"]["step"], 20);
  EXPECT_EQ(document["checkpoints"], nlohmann::json({20}));
  const Finished resumed = RunProgram({"mhc", "resume", P("twin"), "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(nlohmann::json::parse(resumed.out)["loss"], StatusOf("run")["loss"]);
}

TEST_F(BranchCommandTest, CompareShowsWhatDiffersAndFromWhere) {
  ASSERT_EQ(RunProgram({"mhc", "fork", P("run"), "--at", "20", "--run", P("hc"), "--set",
                        "mixing.constraint=unconstrained", "--set", "train.clip=0.5"})
                .status,
            0);
  ASSERT_EQ(RunProgram({"mhc", "resume", P("hc")}).status, 0);
  const Finished compared = RunProgram({"mhc", "compare", P("run"), P("hc"), "--json"});
  ASSERT_EQ(compared.status, 0) << compared.err;
  const auto document = nlohmann::json::parse(compared.out);
  EXPECT_EQ(document["differing"], nlohmann::json({{"train.clip", {1.0, 0.5}}}));
  EXPECT_EQ(document["fork_step"], 20);
  EXPECT_EQ(document["runs"].size(), 2u);
  EXPECT_EQ(document["loss_gap"].get<double>(),
            document["runs"][1]["loss"].get<double>() - document["runs"][0]["loss"].get<double>());
  const Finished table = RunProgram({"mhc", "compare", P("run"), P("hc")});
  EXPECT_THAT(table.out, HasSubstr("train.clip"));
  EXPECT_THAT(table.out, HasSubstr("the same run up to step 20"));
  EXPECT_THAT(table.out, HasSubstr("hc: constraint unconstrained applied at step 20"));
}

TEST_F(BranchCommandTest, WhatCannotBeIsBadInput) {
  ExpectBadInput(RunProgram({"mhc", "fork", P("run"), "--at", "21", "--run", P("x")}),
                 "expected one of 0, 10, 20, 30, 40");
  ExpectBadInput(RunProgram({"mhc", "fork", P("run"), "--at", "20", "--run", P("run")}),
                 "exists already");
  ExpectBadInput(RunProgram({"mhc", "compare", P("run"), P("none")}), "none");
  ExpectBadInput(RunProgram({"mhc", "resume", P("run"), "--steps", "20"}), "at least the 40");
}

TEST_F(BranchCommandTest, AFinishedRunIsExtended) {
  const Finished extended = RunProgram({"mhc", "resume", P("run"), "--steps", "60", "--json"});
  ASSERT_EQ(extended.status, 0) << extended.err;
  EXPECT_EQ(nlohmann::json::parse(extended.out)["step"], 60);
  EXPECT_EQ(StatusOf("run")["steps"], 60);
}

}  // namespace
}  // namespace mhc
