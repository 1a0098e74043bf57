// n = 1 on the command line: every constraint is applied or refused, the same way everywhere.
#include <fstream>

#include "core/manifold/mixing_constraint.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class OneStreamTest : public ProgramTest {};

TEST_F(OneStreamTest, IsMappedSimulatedAndPlannedOrRefusedInASentence) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const std::string& name = constraint.name;
    const ConstraintChoice choice = ChooseConstraint(name).value();
    const bool allowed = CheckStreams(choice, 1).has_value();
    const nlohmann::json entry = {
        {"constraint", name},
        {"n", 1},
        {"logits", std::vector<double>(allowed ? LogitCount(choice, 1) : 0, 0.5)},
        {"cotangent", {{1.0}}}};
    std::ofstream(Path("map.json")) << entry.dump();
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"mhc", "map", Path("map.json").string(), "--json"},
          {"mhc", "simulate", "--constraint", name, "--streams", "1", "--depth", "3", "--trials",
           "2", "--json"},
          {"mhc", "plan", "tiny", "--set", "model.streams=1", "--set", "mixing.constraint=" + name,
           "--json"}}) {
      const Finished finished = RunProgram(words);
      EXPECT_EQ(finished.status, allowed ? 0 : 2) << words[1] << " " << name << finished.err;
      if (allowed) {
        EXPECT_FALSE(nlohmann::json::parse(finished.out, nullptr, false).is_discarded())
            << words[1] << " " << name;
      } else {
        EXPECT_THAT(finished.err, HasSubstr("streams: found 1, expected n ")) << words[1];
      }
    }
  }
}

// As programs write it that know only doubles.
TEST_F(OneStreamTest, MayBeWrittenAsADouble) {
  const auto map = [&](const char* n) {
    std::ofstream(Path("map.json"))
        << R"({"constraint": "sinkhorn", "logits": [0.5], "n": )" << n << "}";
    return RunProgram({"mhc", "map", Path("map.json").string(), "--json"});
  };
  EXPECT_EQ(map("1.0").status, 0);
  EXPECT_EQ(map("1e0").out, map("1").out);
  for (const char* n : {"1.5", "-1.0", "1e300", "\"1\"", "null", "true"}) {
    EXPECT_EQ(map(n).status, 2) << n;
    EXPECT_THAT(map(n).err, HasSubstr("expected an integer from 1")) << n;
  }
  EXPECT_THAT(map("0").err, HasSubstr("found 0, expected an integer from 1 to 64"));
}

}  // namespace
}  // namespace mhc
