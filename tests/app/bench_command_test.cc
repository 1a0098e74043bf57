// `mhc bench`: its document and its table, the peer beside it, and what it refuses. No speed.
#include <set>

#include "core/manifold/mixing_constraint.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class BenchCommandTest : public ProgramTest {
 protected:
  // One step of a round of a model of one block and 16 channels, records in the scratch folder.
  Finished Bench(const std::vector<std::string>& more, const std::string& rounds = "1") const {
    std::vector<std::string> words = {"mhc", "bench", "--rounds", rounds, "--steps", "1"};
    for (const char* setting : {"model.blocks=1", "model.channels=16", "model.heads=2",
                                "model.context=16", "train.batch=4", "device=cpu", "threads=1"}) {
      words.insert(words.end(), {"--set", setting});
    }
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram(words, {"TMPDIR=" + Path("").string()});
  }
  nlohmann::json Benched(std::vector<std::string> more, const std::string& rounds = "1") const {
    more.push_back("--json");
    const Finished finished = Bench(more, rounds);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }
};

std::set<std::string> KeysOf(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

void ExpectPositive(const nlohmann::json& number, const std::string& what) {
  ASSERT_TRUE(number.is_number()) << what << ": " << number;
  EXPECT_GT(number.get<double>(), 0.0) << what;
}

TEST_F(BenchCommandTest, PrintsEveryKeyOfTheContractAndLeavesNoFolderBehind) {
  const auto bench = Benched({"--peer", "echo step_ms 7"});
  const std::set<std::string> models = {"plain", "hc", "mhc", "mhc_reference"};
  EXPECT_EQ(KeysOf(bench["step_ms"]), models);
  EXPECT_EQ(KeysOf(bench["ratio_over_plain"]), models);
  const double plain_ms = bench["step_ms"]["plain"];
  for (const std::string& model : models) {
    ExpectPositive(bench["step_ms"][model], model);
    EXPECT_DOUBLE_EQ(bench["ratio_over_plain"][model],
                     bench["step_ms"][model].get<double>() / plain_ms);
  }
  for (const char* part : {"coefficients", "constraint", "apply", "sublayer", "rest"}) {
    ExpectPositive(bench["parts"]["mhc"][part], part);
    const std::string name = part;
    if (name == "coefficients" || name == "constraint") {
      EXPECT_TRUE(bench["parts"]["plain"][part].is_null()) << part;
    } else {
      ExpectPositive(bench["parts"]["plain"][part], part);
    }
  }
  ExpectPositive(bench["machine"]["gflops"], "gflops");
  ExpectPositive(bench["machine"]["gigabytes_per_second"], "gigabytes_per_second");
  for (const char* key : {"site_ratio_reference_over_fused", "probe_share", "record_share",
                          "roofline_share", "peer_step_ms"}) {
    ExpectPositive(bench[key], key);
  }
  std::set<std::string> left_out = KeysOf(bench["left_out"]);
  EXPECT_EQ(left_out.erase("energy_joules") == 1, bench["energy_joules"].is_null())
      << "the system tells it, or the reason stands there";
  EXPECT_EQ(left_out, std::set<std::string>{"parts.plain"});
  EXPECT_TRUE(Names().empty());
}

TEST_F(BenchCommandTest, TimesEveryConstraintThatAllowsTheStreams) {
  constexpr int kStreams = 3;
  std::set<std::string> expected = {"plain", "hc", "mhc", "mhc_reference"};
  for (const MixingConstraint& constraint : MixingConstraints()) {
    if (constraint.allows(kStreams)) expected.insert(constraint.name);
  }
  ASSERT_LT(expected.size(), 4 + MixingConstraints().size()) << "some do not allow three";
  const auto bench = Benched({"--all", "--set", "model.streams=3"});
  EXPECT_EQ(KeysOf(bench["step_ms"]), expected);
  for (const auto& [model, step_ms] : bench["step_ms"].items()) ExpectPositive(step_ms, model);
}

TEST_F(BenchCommandTest, PrintsATableWithALineAModel) {
  const Finished finished = Bench({"--peer", "echo step_ms 7"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  for (const char* line :
       {"model ", "plain ", "hc ", "mhc ", "mhc_reference ", "peer, step_ms ", "parts, ms ",
        "site, fused ms ", "machine, GFLOP/s ", "probe over a step ", "record over a step "}) {
    EXPECT_THAT(finished.out, HasSubstr("\n" + std::string(line)));
  }
}

TEST_F(BenchCommandTest, KeepsToAvx2WhereThatIsAsked) {
  const std::string usual = Benched({})["kernels"], narrow = Benched({"--avx2"})["kernels"];
  EXPECT_EQ(narrow, usual == "AVX3" ? "AVX2" : usual);
}

TEST_F(BenchCommandTest, TakesTheLastStepTimeThatAPeerPrintsInEachRound) {
  const std::string count = Path("count").string();
  const std::string peer =
      "echo x >> " + count + "; echo step_ms 99; echo round: step_ms $(wc -l < " + count + ")";
  const auto bench = Benched({"--peer", peer}, /*rounds=*/"3");
  EXPECT_EQ(bench["peer_step_ms"], 2.0) << "the median of 1, 2 and 3";
  EXPECT_TRUE(Benched({})["peer_step_ms"].is_null());
}

TEST_F(BenchCommandTest, RefusesAPeerThatFailsOrPrintsNoStepTime) {
  const auto expect_refused = [&](const std::string& peer, const std::string& part) {
    const Finished finished = Bench({"--peer", peer, "--json"});
    EXPECT_EQ(finished.status, 1);
    EXPECT_EQ(finished.out, "");
    EXPECT_THAT(finished.err, HasSubstr("mhc: --peer \"" + peer + "\": "));
    EXPECT_THAT(finished.err, HasSubstr(part));
    EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
  };
  expect_refused("", "status 0");
  expect_refused("echo step 7", "status 0");
  expect_refused("echo step_ms soon", "status 0");
  expect_refused("echo step_ms 0", "status 0");
  expect_refused("echo step_ms 7; exit 3", "status 3");
  expect_refused("kill -9 $$", "signal 9");
}

TEST_F(BenchCommandTest, SaysWhyTheFusedSiteIsLeftOut) {
  const std::vector<std::string> nine = {"--set", "model.streams=9"};
  const auto bench = Benched(nine);
  for (const char* key : {"site_ratio_reference_over_fused", "roofline_share"}) {
    EXPECT_TRUE(bench[key].is_null()) << key;
    EXPECT_THAT(bench["left_out"][key].get<std::string>(), HasSubstr("up to 8 streams, not 9"));
  }
  EXPECT_THAT(Bench(nine).out, HasSubstr("up to 8 streams, not 9"));
}

TEST_F(BenchCommandTest, LeavesOutTheRecordWhereItCannotBeWritten) {
  const Finished finished = RunProgram(
      {"mhc", "bench", "tiny", "--rounds", "1", "--steps", "1", "--set", "threads=1", "--json"},
      {"TMPDIR=" + Path("missing").string()});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const auto bench = nlohmann::json::parse(finished.out);
  EXPECT_TRUE(bench["record_share"].is_null());
  EXPECT_NE(bench["left_out"]["record_share"].get<std::string>(), "");
}

TEST_F(BenchCommandTest, ASweepIsKeptWhereThePlanFindsIt) {
  const std::vector<std::string> cache = {"XDG_CACHE_HOME=" + Path("cache").string()};
  const auto planned = [&cache] {
    const Finished plan = RunProgram({"mhc", "plan", "tiny", "--json"}, cache);
    EXPECT_EQ(plan.status, 0) << plan.err;
    return nlohmann::json::parse(plan.out, nullptr, false);
  };
  const auto before = planned();
  EXPECT_TRUE(before["step_ms"].is_null());
  EXPECT_THAT(before["step_ms_missing"].get<std::string>(), HasSubstr("mhc bench --sweep"));

  std::vector<std::string> words = {"mhc", "bench", "tiny", "--sweep", "--steps", "1", "--json"};
  for (const char* setting : {"model.context=16", "threads=1", "device=cpu"}) {
    words.insert(words.end(), {"--set", setting});
  }
  const Finished finished = RunProgram(words, cache);
  ASSERT_EQ(finished.status, 0) << finished.err;
  const auto sweep = nlohmann::json::parse(finished.out, nullptr, false);
  EXPECT_GE(sweep["points"].size(), 15u);
  for (const auto& point : sweep["points"]) {
    ExpectPositive(point["step_ms"], point.dump());
    ExpectPositive(point["mixing_ms"], point.dump());
  }
  ASSERT_EQ(sweep["fits"].size(), 1u);
  EXPECT_GE(sweep["fits"][0]["largest_error"], sweep["fits"][0]["median_error"]);
  ExpectPositive(planned()["step_ms"], "step_ms");
}

TEST_F(BenchCommandTest, RefusesWhatItCannotCompare) {
  ExpectBadInput(RunProgram({"mhc", "bench", "no-such-preset"}), "no-such-preset");
  ExpectBadInput(Bench({"--set", "model.width=3"}), "model.width");
  ExpectBadInput(Bench({"--set", "mixing.connection=hc"}), "expected mhc");
  ExpectBadInput(Bench({}, /*rounds=*/"0"), "--rounds");
  ExpectBadInput(RunProgram({"mhc", "bench", "--steps", "none"}), "--steps");
  ExpectBadInput(Bench({"--set", "device=cuda:9999"}), "device");
}

}  // namespace
}  // namespace mhc
