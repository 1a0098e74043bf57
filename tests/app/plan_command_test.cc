// `mhc plan`: the keys of its document, and that a run records what was planned.
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

nlohmann::json Planned(std::vector<std::string> words) {
  words.insert(words.begin(), {"mhc", "plan"});
  words.push_back("--json");
  const Finished finished = RunProgram(words);
  EXPECT_EQ(finished.status, 0) << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

class PlanCommandTest : public ProgramTest {};

TEST_F(PlanCommandTest, PrintsEveryKeyOfTheContract) {
  for (const char* name :
       {"default", "bench", "paper-3b", "paper-9b", "paper-27b", "v4-flash", "v4-pro"}) {
    const auto plan = Planned({name});
    for (const char* key : {"parameters", "mixing_parameters", "mixing_parameters_per_site",
                            "flops_per_token", "recompute_block", "memory_bytes"}) {
      EXPECT_TRUE(plan[key].is_number()) << name << " " << key;
    }
    for (const char* kind : {"unfused", "fused"}) {
      EXPECT_TRUE(plan["elements"][kind]["read"].is_number_integer()) << name;
      EXPECT_TRUE(plan["elements"][kind]["written"].is_number_integer()) << name;
    }
    EXPECT_FALSE(plan["assumptions"].empty()) << name;
  }
}

TEST_F(PlanCommandTest, PlansWhatARunRecords) {
  Train("run", 1);
  const auto status = StatusOf("run");
  std::vector<std::string> words = {"tiny"};
  for (const char* setting : {"model.blocks=1", "model.channels=16", "model.heads=2"}) {
    words.insert(words.end(), {"--set", setting});
  }
  const auto plan = Planned(words);
  EXPECT_EQ(plan["parameters"], status["parameters"]);
  EXPECT_EQ(plan["mixing_parameters"], status["mixing_parameters"]);

  Train("delayed", 1, {"mixing.delayed_read=true"});
  words.insert(words.end(), {"--set", "mixing.delayed_read=true"});
  const auto delayed = Planned(words);
  EXPECT_EQ(delayed["parameters"], StatusOf("delayed")["parameters"]);
  EXPECT_EQ(delayed["mixing_parameters"], StatusOf("delayed")["mixing_parameters"]);
}

TEST_F(PlanCommandTest, ShowsPrintedTotalsBesideThoseComputed) {
  const Finished finished = RunProgram({"mhc", "plan", "paper-27b"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("27,048,293,"));
  EXPECT_THAT(finished.out, HasSubstr("2.7e+10 printed, +0.18 %"));
  EXPECT_THAT(finished.out, HasSubstr("Assumed:"));
}

TEST_F(PlanCommandTest, RefusesWhatItDoesNotKnow) {
  ExpectBadInput(RunProgram({"mhc", "plan", "paper-4b"}), "paper-4b");
  ExpectBadInput(RunProgram({"mhc", "plan", "tiny", "--set", "model.block=3"}), "model.block");
  ExpectBadInput(RunProgram({"mhc", "plan", "v4-pro", "--set", "model.blocks=3"}), "model.blocks");
  ExpectBadInput(RunProgram({"mhc", "plan"}), "PRESET");
}

}  // namespace
}  // namespace mhc
