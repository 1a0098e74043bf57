// `mhc matrix`: coordinates in permutations.
#include <fstream>

#include "program_test.h"

namespace mhc {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Not;

class MatrixCommandTest : public ProgramTest {
 protected:
  Finished Matrix(const std::string& matrices, const std::vector<std::string>& more = {}) const {
    std::ofstream(Path("matrices.json")) << matrices;
    std::vector<std::string> words = {"mhc", "matrix", Path("matrices.json").string()};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram(words);
  }
  nlohmann::json Document(const std::string& matrices) const {
    const Finished finished = Matrix(matrices, {"--json"});
    EXPECT_EQ(finished.status, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }
};

TEST_F(MatrixCommandTest, GivesTheWeightsOfPermutationsThatMakeTheMatrix) {
  // 0.75 of the swap of the first two and 0.25 of the identity.
  const auto json = Document("[[0.25, 0.75, 0], [0.75, 0.25, 0], [0, 0, 1]]")["matrices"][0];
  ASSERT_EQ(json["birkhoff"].size(), 2u);
  EXPECT_EQ(json["birkhoff"][0]["permutation"], nlohmann::json({1, 0, 2}));
  EXPECT_THAT(json["birkhoff"][0]["weight"].get<double>(), DoubleNear(0.75, 1e-12));
  EXPECT_EQ(json["birkhoff"][1]["permutation"], nlohmann::json({0, 1, 2}));
  EXPECT_THAT(json["birkhoff"][1]["weight"].get<double>(), DoubleNear(0.25, 1e-12));
  EXPECT_THAT(json["birkhoff_residual"].get<double>(), DoubleNear(0.0, 1e-12));
}

TEST_F(MatrixCommandTest, SaysWhatNoMixtureOfPermutationsReaches) {
  const auto json = Document("[[[2, 0], [0, 1]], [[1, 0], [0, 1]]]");
  EXPECT_EQ(json["matrices"][0]["birkhoff"][0]["weight"], 1.0);
  EXPECT_EQ(json["matrices"][0]["birkhoff_residual"], 1.0);
  EXPECT_EQ(json["matrices"][1]["birkhoff_residual"], 0.0);
  EXPECT_EQ(json["product"]["birkhoff_residual"], 1.0);
}

TEST_F(MatrixCommandTest, ShowsCoordinatesToAPersonAndLeavesThemOutOfLargeMatrices) {
  EXPECT_THAT(Matrix("[[0, 1], [1, 0]]").out, HasSubstr("1*(1 0)"));
  std::string five = "[";
  for (int i = 0; i < 5; ++i) five += i == 0 ? "[1, 0, 0, 0, 0]" : ", [1, 0, 0, 0, 0]";
  const auto json = Document(five + "]");
  EXPECT_EQ(json["product"]["size"], 5);
  EXPECT_FALSE(json["product"].contains("birkhoff"));
}

TEST_F(MatrixCommandTest, CountsMatricesFromZero) {
  const std::string out = Matrix("[[[2, 0], [0, 1]], [[1, 0], [0, 1]]]").out;
  EXPECT_THAT(out, HasSubstr("\n0  "));
  EXPECT_THAT(out, HasSubstr("\n1  "));
  EXPECT_THAT(out, Not(HasSubstr("\n2  ")));
  EXPECT_THAT(Matrix("[[[2]], [[1, 2], [3, 4]]]").err, HasSubstr("matrix 1, row 0: found 2"));
}

TEST_F(MatrixCommandTest, ReadsWhatMapPrints) {
  std::ofstream(Path("logits.json"))
      << R"([{"constraint": "sinkhorn", "n": 2, "logits": [0, 1, 2, 0]},
             {"constraint": "identity", "n": 2, "logits": [], "cotangent": [1, 0, 0, 1]}])";
  const Finished map = RunProgram({"mhc", "map", Path("logits.json").string(), "--json"});
  ASSERT_EQ(map.status, 0) << map.err;
  const auto json = Document(map.out);
  ASSERT_EQ(json["matrices"].size(), 2u);
  EXPECT_EQ(json["matrices"][0]["row_error"], nlohmann::json::parse(map.out)[0]["row_error"]);
  EXPECT_EQ(json["product"]["size"], 2);
}

TEST_F(MatrixCommandTest, ReadsATableOfPandasAndRefusesOneInASentence) {
  std::ofstream(Path("H.CSV")) << ",s0,s1\r\n0,0.7,0.3\r\n1,0.3,0.7\r\n";
  const Finished table = RunProgram({"mhc", "matrix", "--json", Path("H.CSV").string()});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_EQ(nlohmann::json::parse(table.out)["product"]["minimum_entry"], 0.3);
  std::ofstream(Path("H.CSV")) << ",s0,s1\r\n0,0.7,\r\n1,0.3,0.7\r\n";
  const Finished missing = RunProgram({"mhc", "matrix", "--json", Path("H.CSV").string()});
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("H.CSV: line 2, column 3: found \"\""));
  EXPECT_EQ(missing.out, "");
}

}  // namespace
}  // namespace mhc
