// A study: its runs one after another, its figures, and going on where it was ended.
#include <fstream>

#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class StudyTest : public ProgramTest {
 protected:
  // So small that it takes a second.
  Finished Study(std::vector<std::string> words) const {
    words.insert(words.begin(), {"mhc", "study"});
    for (const char* setting : {"train.steps=4", "model.blocks=1", "model.channels=16",
                                "probe.snapshot_every=2", "data.source=arithmetic"}) {
      words.insert(words.begin() + 2, {"--set", setting});
    }
    words.insert(words.end(), {"--run", Path("study").string(), "--json"});
    return RunProgram(words);
  }
};

TEST_F(StudyTest, TrainsEveryRunAndDrawsItsFigures) {
  const Finished ended = Study({"mappings"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const auto report = nlohmann::json::parse(ended.out);
  ASSERT_EQ(report["runs"].size(), 2u);
  for (const auto& run : report["runs"]) {
    EXPECT_EQ(run["state"], "finished");
    EXPECT_TRUE(run["largest_forward_gain"].is_number());
  }
  for (const char* figure : {"fig8", "spectrum-hc", "spectrum-mhc", "composite_spectrum-mhc"}) {
    for (const char* kind : {".pdf", ".png"}) {
      EXPECT_GT(std::filesystem::file_size(Path("study/figures") / (std::string(figure) + kind)),
                0u);
    }
  }
}

TEST_F(StudyTest, AFigureThatCannotBeDrawnIsSaidAtTheEnd) {
  ASSERT_EQ(Study({"mappings"}).status, 0);
  std::filesystem::remove(Path("study/figures/fig8.png"));
  std::filesystem::create_directory(Path("study/figures/fig8.png"));
  const Finished refused = Study({"mappings"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("fig8.png"));
}

TEST_F(StudyTest, GoesOnWithATextThatIsNamedByARelativePath) {
  std::ofstream text(Path("book.txt"));
  for (int i = 0; i < 2000; ++i) text << "line " << i << " of a book\n";
  text.close();
  const std::string here = std::filesystem::relative(Path("book.txt")).string();
  ASSERT_EQ(Study({"mappings", "--set", "data.source=" + here}).status, 0);
  const Finished again = Study({"mappings", "--set", "data.source=" + here});
  EXPECT_EQ(again.status, 0) << again.err;
}

TEST_F(StudyTest, RunsOfOtherSettingsAreNotTakenForItsOwn) {
  ASSERT_EQ(Study({"mappings"}).status, 0);
  const Finished refused = Study({"mappings", "--set", "train.learning_rate=0.5"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("train.learning_rate"));
  EXPECT_EQ(Study({"mappings", "--set", "mixing.constraint=cayley"}).status, 2);
}

TEST_F(StudyTest, KeepsWhatIsFinishedWhenItIsAskedForAgain) {
  ASSERT_EQ(Study({"mappings"}).status, 0);
  const auto before = std::filesystem::last_write_time(Path("study/hc/record.sqlite"));
  std::filesystem::remove_all(Path("study/mhc"));
  const Finished again = Study({"mappings"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(std::filesystem::last_write_time(Path("study/hc/record.sqlite")), before);
  EXPECT_TRUE(std::filesystem::exists(Path("study/mhc/record.sqlite")));
}

TEST_F(StudyTest, ThatThereIsNotIsRefusedAndLeavesNoFolder) {
  const Finished refused = Study({"nothing-of-this-name"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("nothing-of-this-name"));
  EXPECT_FALSE(std::filesystem::exists(Path("study")));
}

TEST_F(StudyTest, ASettingThatNoRunAllowsIsRefusedBeforeAnythingIsTrained) {
  const Finished refused = Study({"mappings", "--set", "model.streams=0"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("model.streams"));
  EXPECT_FALSE(std::filesystem::exists(Path("study")));
}

}  // namespace
}  // namespace mhc
