// `mhc simulate`: the keys of its document, its options, and what it refuses.
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMeasures[] = {"forward_gain",   "backward_gain",
                                     "norm_inf",       "spectral_norm",
                                     "sigma_min",      "row_error",
                                     "column_error",   "column_sum_max",
                                     "column_sum_min", "distance_to_uniform_spectral"};

Finished Simulate(const std::vector<std::string>& words) {
  std::vector<std::string> all = {"mhc", "simulate"};
  all.insert(all.end(), words.begin(), words.end());
  return RunProgram(all);
}

nlohmann::json Document(std::vector<std::string> words) {
  words.push_back("--json");
  const Finished finished = Simulate(words);
  EXPECT_EQ(finished.status, 0) << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

TEST(SimulateTest, PrintsEveryKeyOfTheContract) {
  const auto json = Document({"--constraint", "sinkhorn", "--depth", "6", "--trials", "20"});
  for (const char* measure : kMeasures) {
    for (const char* statistic : {"median", "mean", "p1", "p10", "p90", "p99", "min", "max"}) {
      EXPECT_TRUE(json[measure][statistic].is_number()) << measure << " " << statistic;
      EXPECT_TRUE(json["layer"][measure][statistic].is_number()) << measure << " " << statistic;
    }
    for (const char* profile : {"by_depth", "by_depth_p10", "by_depth_p90"}) {
      EXPECT_EQ(json[profile][measure].size(), 6u) << profile << " " << measure;
    }
    EXPECT_EQ(json["by_depth"][measure][5], json[measure]["median"]) << measure;
  }
  EXPECT_EQ(json["by_depth"]["depth"], nlohmann::json({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(json["constraint"], "sinkhorn");
  EXPECT_TRUE(json["diagonal"].is_null());
}

TEST(SimulateTest, RepeatsItselfToTheLastDigit) {
  const std::vector<std::string> words = {"--constraint", "unconstrained", "--seed", "7", "--json"};
  EXPECT_EQ(Simulate(words).out, Simulate(words).out);
}

TEST(SimulateTest, TakesEveryOptionOfTheContract) {
  const auto json = Document({"--constraint", "sinkhorn", "--streams",     "3",
                              "--depth",      "8",        "--trials",      "5",
                              "--seed",       "-2",       "--logit-scale", "2",
                              "--diagonal",   "4",        "--shared",      "0.5",
                              "--iterations", "5",        "--order",       "rows_columns",
                              "--epsilon",    "1e-6",     "--from",        "3"});
  EXPECT_EQ(json["constraint"], "sinkhorn:iterations=5,order=rows_columns,epsilon=1e-06");
  EXPECT_EQ(json["streams"], 3);
  EXPECT_EQ(json["seed"], -2);
  EXPECT_EQ(json["logit_scale"], 2.0);
  EXPECT_EQ(json["diagonal"], 4.0);
  EXPECT_EQ(json["shared"], 0.5);
  EXPECT_EQ(json["by_depth"]["depth"], nlohmann::json({3, 4, 5, 6, 7, 8}));
}

TEST(SimulateTest, WritesInfinityWhereACompositeIsBeyondADouble) {
  const auto json = Document({"--constraint", "unconstrained", "--logit-scale", "1e10"});
  EXPECT_EQ(json["forward_gain"]["median"], "inf");
  EXPECT_EQ(json["forward_gain"]["mean"], "inf");
  EXPECT_EQ(json["row_error"]["min"], "inf");
}

TEST(SimulateTest, PrintsATableForPeople) {
  const Finished finished = Simulate({"--constraint", "cayley", "--trials", "5"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("cayley, n = 4: composite of layers 1 to 64, 5 trials"));
  for (const char* measure : kMeasures) EXPECT_THAT(finished.out, HasSubstr(measure));
  EXPECT_THAT(finished.out, HasSubstr("Single maps:"));
}

TEST(SimulateTest, RefusesBadInputInOneSentenceThatNamesTheOption) {
  const auto refused = [](std::vector<std::string> words, const std::string& part) {
    ExpectBadInput(Simulate(words), part);
  };
  refused({"--constraint", "sinkhon"}, "--constraint: ");
  refused({"--constraint", "sinkhorn:iteration=3"}, "iteration");
  refused({"--constraint", "quaternion", "--streams", "3"}, "--streams: found 3, expected n = 4");
  refused({"--constraint", "permutation_mix", "--streams", "5"}, "--streams: found 5");
  refused({"--streams", "0"}, "--streams: found 0");
  refused({"--streams", "65"}, "--streams: found 65");
  refused({"--constraint", "cayley", "--diagonal", "0"}, "--diagonal: found 0, expected none");
  refused({"--constraint", "identity_mix", "--diagonal", "1"}, "--diagonal: ");
  refused({"--iterations", "-1"}, "--iterations: found -1");
  refused({"--iterations", "10001"}, "--iterations: found 10001");
  refused({"--constraint", "cayley", "--iterations", "5"}, "--iterations: ");
  refused({"--order", "diagonal"}, "--order: ");
  refused({"--depth", "0"}, "--depth: found 0");
  refused({"--depth", "-3"}, "--depth: found -3");
  refused({"--depth", "many"}, "--depth: found \"many\"");
  refused({"--depth", "2.5"}, "--depth: found 2.5");
  refused({"--trials", "0"}, "--trials: found 0");
  refused({"--trials", "1000000000000"}, "--trials: found 1000000000000");
  refused({"--trials", "1000000"}, "depth times trials to be at most 4000000");
  refused({"--from", "0"}, "--from: found 0");
  refused({"--from", "65"}, "--from: found 65, expected an integer from 1 to the depth of 64");
  for (const char* scale : {"--logit-scale", "--diagonal", "--shared"}) {
    refused({scale, "nan"}, std::string(scale) + ": found nan");
    refused({scale, "inf"}, std::string(scale) + ": found inf");
    refused({scale, ""}, std::string(scale));
  }
  refused({"--logit-scale", "-1"}, "--logit-scale: found -1");
  refused({"--constraint", "circulant:beta=9", "--depth", "4"}, "beta: found 9");
}

}  // namespace
}  // namespace mhc
