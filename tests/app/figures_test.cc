// `mhclab export`: every figure that it lists, of a run that has ended.
#include <fstream>
#include <sstream>

#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class FiguresTest : public ProgramTest {
 protected:
  static std::vector<std::string> Listed() {
    const Finished list = RunProgram({"mhclab", "figures"}, {"QT_QPA_PLATFORM=offscreen"});
    EXPECT_EQ(list.status, 0) << list.err;
    std::vector<std::string> names;
    std::istringstream lines(list.out);
    for (std::string line; std::getline(lines, line);)
      names.push_back(line.substr(0, line.find(' ')));
    return names;
  }
  Finished Export(const std::string& run, const std::string& figure, const std::string& file,
                  const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"mhclab", "export", Path(run).string(), "--figure",
                                      figure,   "--out",  Path(file).string()};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram(words, {"QT_QPA_PLATFORM=offscreen"});
  }
};

TEST_F(FiguresTest, AreDrawnFromARunThatHasEnded) {
  Train("run", 4, {"probe.snapshot_every=2", "train.evaluate_every=2"});
  const std::vector<std::string> figures = Listed();
  EXPECT_GT(figures.size(), 30u);
  for (const std::string& figure : figures) {
    const Finished drawn = Export("run", figure, figure + ".csv");
    if (drawn.status != 0) {
      // A loss gap needs another run.
      EXPECT_THAT(figure, ::testing::AnyOf("fig2", "fig5")) << drawn.err;
      continue;
    }
    std::error_code error;
    EXPECT_GT(std::filesystem::file_size(Path(figure + ".csv"), error), 10u) << figure;
  }
}

TEST_F(FiguresTest, ThatTheRecordDoesNotHoldAreSaidToBeMissing) {
  Train("run", 4, {"probe.snapshot_every=2", "mixing.connection=residual"});
  const Finished refused = Export("run", "logit_range", "figure.csv");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("record does not hold it"));
}

TEST_F(FiguresTest, ReplaceAFileOnlyWhereThatIsSaid) {
  Train("run", 4, {"probe.snapshot_every=2"});
  const auto size = [&] { return std::filesystem::file_size(Path("loss.svg")); };
  std::ofstream(Path("loss.svg")) << "mine";
  const Finished refused = Export("run", "loss", "loss.svg");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("loss.svg: is there already; --force replaces it"));
  EXPECT_EQ(size(), 4u);
  EXPECT_EQ(Export("run", "loss", "loss.svg", {"--force"}).status, 0);
  EXPECT_GT(size(), 1000u);
}

TEST_F(FiguresTest, AreRefusedAtAStepOrASiteThatTheRunHasNot) {
  Train("run", 4, {"probe.snapshot_every=2"});
  const auto refusal = [&](const char* option, const char* value) {
    const Finished refused = Export("run", "matrix", "figure.svg", {option, value});
    EXPECT_EQ(refused.status, 2) << option << ' ' << value;
    return refused.err;
  };
  EXPECT_THAT(refusal("--site", "4"), HasSubstr("--site: found 4, expected 0 to 1"));
  EXPECT_THAT(refusal("--site", "-1"), HasSubstr("--site: found -1"));
  EXPECT_THAT(refusal("--step", "5"), HasSubstr("--step: found 5, expected 1 to 4"));
  EXPECT_THAT(refusal("--step", "0"), HasSubstr("--step: found 0"));
  EXPECT_EQ(Export("run", "matrix", "figure.svg", {"--site", "1", "--step", "2"}).status, 0);
}

}  // namespace
}  // namespace mhc
