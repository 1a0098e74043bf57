// Requests to a live engine: one outcome each, said where it was asked and kept in the record.
#include <signal.h>

#include <cmath>
#include <fstream>
#include <memory>

#include "core/formats/npy.h"
#include "core/record/intervention/inbox.h"
#include "core/record/run/run_folder.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

constexpr int kMany = 1000000;

class RequestTest : public ProgramTest {
 protected:
  // A run that trains until the test stops it.
  void Start(const std::vector<std::string>& settings = {}) {
    engine_ = std::make_unique<StartedProgram>(TrainWords("run", kMany, settings));
    ASSERT_TRUE(WaitForStep("run", 3));
  }
  Finished Ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"mhc", "request", Path("run").string()});
    return RunProgram(words);
  }
  nlohmann::json Outcome(std::vector<std::string> words) const {
    words.push_back("--json");
    const Finished asked = Ask(words);
    return nlohmann::json::parse(asked.out, nullptr, false);
  }
  std::vector<double> Matrices(std::int64_t step) const {
    const std::string out = Path("h.npy").string();
    RunProgram({"mhc", "export", Path("run").string(), "--as", "matrices", "--step",
                std::to_string(step), "--out", out});
    const auto array = ReadNpy(out);
    return array ? array->values : std::vector<double>();
  }

  std::unique_ptr<StartedProgram> engine_;
};

TEST_F(RequestTest, AConstraintIsAppliedAtAStepThatTheRecordConfirms) {
  Start();
  const auto applied = Outcome({"constraint=unconstrained"});
  EXPECT_EQ(applied["outcome"], "applied");
  EXPECT_EQ(applied["kind"], "constraint");
  EXPECT_EQ(applied["transfer"], "match_matrix");
  const std::int64_t step = applied["step"];
  ASSERT_TRUE(WaitForStep("run", step + 2));
  const auto status = StatusOf("run");
  EXPECT_EQ(status["state"], "running");
  EXPECT_EQ(status["constraint"], "unconstrained");
  EXPECT_EQ(status["interventions"][0], applied);
}

TEST_F(RequestTest, TheMatricesBeforeAndAfterAgreeWithTheJumpThatIsRecorded) {
  Start();
  const auto applied = Outcome({"constraint=row_softmax"});
  const std::int64_t step = applied["step"];
  ASSERT_TRUE(WaitForStep("run", step + 1));
  Ask({"pause"});
  const std::vector<double> before = Matrices(step), after = Matrices(step + 1);
  ASSERT_EQ(before.size(), 32u);
  ASSERT_EQ(after.size(), 32u);
  double largest = 0.0;
  for (int site = 0; site < 2; ++site) {
    double square = 0.0;
    for (int i = site * 16; i < site * 16 + 16; ++i) {
      square += (after[i] - before[i]) * (after[i] - before[i]);
    }
    largest = std::max(largest, std::sqrt(square));
  }
  // Snapshots hold float32.
  EXPECT_NEAR(applied["matrix_jump"].get<double>(), largest, 1e-6);
}

TEST_F(RequestTest, SitesAreChangedAlone) {
  Start();
  const auto applied = Outcome({"constraint=identity", "--sites", "1"});
  EXPECT_EQ(applied["sites"], nlohmann::json({1}));
  EXPECT_EQ(StatusOf("run")["constraint"], nlohmann::json({"sinkhorn", "identity"}));
}

TEST_F(RequestTest, WhatTheEngineRefusesChangesNothingAndExitsWithOne) {
  Start();
  const Finished refused = Ask({"constraint=identity", "--transfer", "keep_logits"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("keep_logits"));
  const auto status = StatusOf("run");
  EXPECT_EQ(status["constraint"], "sinkhorn");
  EXPECT_EQ(status["interventions"][0]["outcome"], "refused");
  EXPECT_FALSE(status["interventions"][0]["reason"].is_null());
}

TEST_F(RequestTest, ABadRequestIsRefusedBeforeItReachesTheEngine) {
  Start();
  ExpectBadInput(Ask({"dance"}), "dance");
  ExpectBadInput(Ask({"constraint=torus"}), "torus");
  ExpectBadInput(Ask({"constraint=identity", "--sites", "0-9"}), "sites");
  ExpectBadInput(Ask({"pause", "--sites", "0"}), "sites");
  ExpectBadInput(Ask({"constraint=identity", "--transfer", "leap"}), "leap");
  ExpectBadInput(Ask({"learning_rate=-1"}), "learning_rate");
  EXPECT_TRUE(StatusOf("run")["interventions"].empty());
}

TEST_F(RequestTest, AFileThatIsNoRequestIsRefusedInTheRecord) {
  Start();
  const std::filesystem::path inbox = Path("run/inbox");
  std::ofstream(inbox / "draft") << "{\"kind\": \"dan";
  std::filesystem::rename(inbox / "draft", inbox / "20260101T000000.000000Z-00000000-pause.json");
  ASSERT_TRUE(WaitUntil([&] { return !StatusOf("run")["interventions"].empty(); }));
  EXPECT_EQ(StatusOf("run")["interventions"][0]["outcome"], "refused");
  EXPECT_TRUE(WaitUntil([&] { return std::filesystem::is_empty(inbox); }));
}

TEST_F(RequestTest, APausedRunTakesStepsOneByOneAndGoesOn) {
  Start();
  const auto paused = Outcome({"pause"});
  const std::int64_t at = paused["step"];
  ASSERT_TRUE(WaitUntil([&] { return StatusOf("run")["state"] == "paused"; }));
  EXPECT_EQ(StatusOf("run")["step"], at);
  Outcome({"step=2"});
  ASSERT_TRUE(WaitForStep("run", at + 2));
  EXPECT_EQ(Outcome({"learning_rate=1e-3"})["step"], at + 2);
  Outcome({"resume"});
  EXPECT_TRUE(WaitForStep("run", at + 5));
}

TEST_F(RequestTest, ARequestThatNobodyTakesIsWithdrawnWhenItsTimeIsUp) {
  Start();
  engine_->Signal(SIGSTOP);
  const Finished asked = Ask({"pause", "--timeout", "0.2"});
  engine_->Signal(SIGCONT);
  EXPECT_EQ(asked.status, 1);
  EXPECT_THAT(asked.err, HasSubstr("withdrawn"));
  EXPECT_TRUE(std::filesystem::is_empty(Path("run/inbox")));
  EXPECT_EQ(Outcome({"checkpoint"})["outcome"], "applied");
  EXPECT_EQ(StatusOf("run")["interventions"].size(), 1u);
}

TEST_F(RequestTest, AStopSavesAndEndsAndTheRunResumes) {
  Start();
  EXPECT_EQ(Outcome({"stop"})["outcome"], "applied");
  EXPECT_EQ(engine_->Wait().status, 0);
  const auto status = StatusOf("run");
  EXPECT_EQ(status["state"], "stopped");
  EXPECT_EQ(status["checkpoints"].back(), status["step"]);
  StartedProgram again({"mhc", "resume", Path("run").string()});
  EXPECT_TRUE(WaitForStep("run", status["step"].get<std::int64_t>() + 3));
}

TEST_F(RequestTest, ASecondEngineIsRefusedWithTheHoldersProcess) {
  Start();
  const Finished second = RunProgram({"mhc", "resume", Path("run").string()});
  ExpectBadInput(second, "process " + std::to_string(engine_->id()));
}

class StopSignal : public RequestTest, public ::testing::WithParamInterface<int> {};

TEST_P(StopSignal, SavesAndExitsWithZero) {
  Start();
  engine_->Signal(GetParam());
  EXPECT_EQ(engine_->Wait(std::chrono::seconds(50)).status, 0);
  const auto status = StatusOf("run");
  EXPECT_EQ(status["state"], "stopped");
  EXPECT_EQ(status["checkpoints"].back(), status["step"]);
}

// Of a terminal, a scheduler, its warnings, and a soft limit of processor time.
INSTANTIATE_TEST_SUITE_P(Each, StopSignal,
                         ::testing::Values(SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU));

// The kernel repeats SIGXCPU every second; a scheduler warns its step and its batch script.
TEST_F(RequestTest, AWarningThatComesAgainAndAgainIsStillOneStop) {
  Start();
  for (const int signal : {SIGXCPU, SIGXCPU, SIGUSR1, SIGUSR1, SIGTERM}) engine_->Signal(signal);
  EXPECT_EQ(engine_->Wait(std::chrono::seconds(50)).status, 0);
  EXPECT_EQ(StatusOf("run")["state"], "stopped");
}

TEST_F(RequestTest, WhatWasOnTrialWhenTheEngineCrashedIsRefusedAtTheResume) {
  Start();
  ASSERT_EQ(Ask({"pause"}).status, 0);
  const auto applied = Outcome({"constraint=unconstrained"});
  ASSERT_EQ(applied["outcome"], "applied");
  engine_->Signal(SIGSEGV);
  EXPECT_EQ(engine_->Wait().status, 128 + SIGSEGV);
  engine_ = std::make_unique<StartedProgram>(
      std::vector<std::string>{"mhc", "resume", Path("run").string()});
  const std::int64_t step = applied["step"];
  ASSERT_TRUE(WaitForStep("run", step));
  ASSERT_EQ(Ask({"resume"}).status, 0) << "the pause outlived the crash";
  ASSERT_TRUE(WaitForStep("run", step + 2));
  const auto status = StatusOf("run");
  EXPECT_EQ(status["constraint"], "sinkhorn");
  const auto refused = status["interventions"][1];
  EXPECT_EQ(refused["id"], applied["id"]);
  EXPECT_EQ(refused["outcome"], "refused");
  EXPECT_THAT(refused["reason"].get<std::string>(), HasSubstr("SIGSEGV"));
}

}  // namespace
}  // namespace mhc
