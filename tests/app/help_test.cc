// Every command says what it does, with an example, and refuses what it does not know.
#include "core/record/configuration/configuration.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HelpTest : public ::testing::TestWithParam<const char*> {};

TEST_P(HelpTest, EveryCommandHasHelpWithAnExampleAndJson) {
  const std::string command = GetParam();
  const Finished help = RunProgram({"mhc", command, "--help"});
  EXPECT_EQ(help.status, 0) << help.err;
  EXPECT_THAT(help.out, HasSubstr("Usage: mhc " + command));
  EXPECT_THAT(help.out, HasSubstr("--json"));
  EXPECT_THAT(help.out, HasSubstr("Example"));
  EXPECT_THAT(help.out, HasSubstr("  mhc " + command));
}

TEST_P(HelpTest, AnUnknownOptionIsNamedInOneSentence) {
  ExpectBadInput(RunProgram({"mhc", GetParam(), "--no-such-option"}), "");
}

TEST(TrainHelpTest, ListsEveryKeyAndEveryOptionOfTheConstraintsWithReadableLimits) {
  const Finished help = RunProgram({"mhc", "train", "--help"});
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + key.declaration.key + " ["));
  }
  for (const MixingConstraint& constraint : MixingConstraints()) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + constraint.name + "  " + constraint.text));
    for (const Declaration& option : constraint.options) {
      EXPECT_THAT(help.out, HasSubstr("\n    mixing." + option.key + " ["));
    }
  }
  EXPECT_THAT(help.out, Not(HasSubstr("9007199254740992")));
}

INSTANTIATE_TEST_SUITE_P(Commands, HelpTest,
                         ::testing::Values("train", "resume", "request", "status", "list", "follow",
                                           "export", "matrix", "map", "simulate", "plan", "ablate",
                                           "site", "study", "bench", "doctor"),
                         [](const auto& named) { return std::string(named.param); });

TEST(CommandListTest, ListsEveryCommandAndTheExitStatuses) {
  const Finished list = RunProgram({"mhc", "--help"});
  EXPECT_EQ(list.status, 0);
  for (const char* command :
       {"train", "resume", "request", "status", "list", "follow", "export", "matrix", "map",
        "simulate", "plan", "ablate", "site", "study", "bench", "doctor"}) {
    EXPECT_THAT(list.out, HasSubstr("\n  " + std::string(command) + " "));
  }
  EXPECT_THAT(list.out, HasSubstr("2 bad usage"));
}

TEST(CommandListTest, AnUnknownCommandIsRefusedByName) {
  ExpectBadInput(RunProgram({"mhc", "trane"}), "\"trane\"");
  ExpectBadInput(RunProgram({"mhc"}), "no command");
}

TEST(DoctorTest, SaysVersionsThreadsAndProblemsAsTheContractNamesThem) {
  const Finished doctor = RunProgram({"mhc", "doctor", "--json"});
  const auto json = nlohmann::json::parse(doctor.out, nullptr, false);
  for (const char* key : {"torch", "blas", "threads", "simd", "devices", "problems"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(doctor.status, json["problems"].empty() ? 0 : 1);
}

}  // namespace
}  // namespace mhc
