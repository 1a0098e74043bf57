#include "core/record/run/study.h"

#include <gmock/gmock.h>

#include <set>

namespace mhc {
namespace {

using testing::HasSubstr;

TEST(Studies, ThatShipAreReadAndEveryRunOfThemIsAConfiguration) {
  ASSERT_GE(Studies().size(), 8u);
  for (const StudyText& text : StudyTexts()) {
    const auto study = ParseStudy(text);
    ASSERT_TRUE(study) << study.error().message;
    EXPECT_FALSE(study->title.empty()) << study->name;
    EXPECT_FALSE(study->sentence.empty()) << study->name;
    EXPECT_FALSE(study->figures.empty()) << study->name;
    EXPECT_THAT(study->page, HasSubstr("# " + study->title));
    for (const StudyRun& run : study->RunsOfSeeds(study->seeds)) {
      const auto configuration = LoadConfiguration(study->preset, run.settings);
      EXPECT_TRUE(configuration) << study->name << " " << run.name << ": "
                                 << configuration.error().message;
    }
  }
}

TEST(Studies, NameTheirRunsDifferently) {
  for (const Study& study : Studies()) {
    std::set<std::string> names;
    for (const StudyRun& run : study.RunsOfSeeds(3)) names.insert(run.name);
    EXPECT_EQ(names.size(), 3 * study.runs.size()) << study.name;
  }
}

TEST(Study, TrainsAllRunsOfASeedBeforeTheNextSeed) {
  const auto study = ParseStudy(
      {"s", "+++\npreset = \"tiny\"\n[[run]]\nname = \"a\"\n[[run]]\nname = \"b\"\n+++\n# s\n"});
  ASSERT_TRUE(study) << study.error().message;
  std::vector<std::string> names;
  for (const StudyRun& run : study->RunsOfSeeds(2)) names.push_back(run.name);
  EXPECT_THAT(names, testing::ElementsAre("a-seed1", "b-seed1", "a-seed2", "b-seed2"));
  EXPECT_EQ(study->RunsOfSeeds(1).front().name, "a") << "a single seed is not named";
}

TEST(Study, PutsASettingOfARunOverThatOfAllRuns) {
  const auto study = ParseStudy({"s",
                                 "+++\npreset = \"tiny\"\nsettings = [\"train.steps=5\"]\n"
                                 "[[run]]\nname = \"a\"\nsettings = [\"train.steps=7\"]\n+++\n"});
  ASSERT_TRUE(study) << study.error().message;
  const auto configuration = LoadConfiguration("tiny", study->runs.front().settings);
  ASSERT_TRUE(configuration) << configuration.error().message;
  EXPECT_EQ(configuration->train.steps, 7);
}

TEST(Study, IsRefusedWithItsNameAndWhatWasExpected) {
  struct Case {
    const char* text;
    const char* says;
  };
  for (const Case& bad :
       {Case{"# no head\n", "+++"}, Case{"+++\ntitle = \n+++\n", "line 2"},
        Case{"+++\ntitle = \"t\"\n+++\n", "[[run]]"},
        Case{"+++\n[[run]]\nname = \"a\"\nsettings = [\"steps\"]\n+++\n", "KEY=VALUE"},
        Case{"+++\n[[run]]\nsettings = []\n+++\n", "a name"}}) {
    const auto study = ParseStudy({"mine", bad.text});
    ASSERT_FALSE(study) << bad.text;
    EXPECT_THAT(study.error().message, testing::AllOf(HasSubstr("mine"), HasSubstr(bad.says)));
  }
}

}  // namespace
}  // namespace mhc
