// `mhclab export`: every figure that it lists, of a run that has ended.
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
  Finished Export(const std::string& run, const std::string& figure,
                  const std::string& file) const {
    return RunProgram(
        {"mhclab", "export", Path(run).string(), "--figure", figure, "--out", Path(file).string()},
        {"QT_QPA_PLATFORM=offscreen"});
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

}  // namespace
}  // namespace mhc
