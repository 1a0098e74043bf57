#include "widgets/document/seed_fold.h"

#include <gmock/gmock.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"
#include "widgets/curves/curve_plot.h"
#include "widgets/figures/figure_table.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard
constexpr std::int64_t kSteps = 40;

class SeedFoldTest : public testing::Test {
 protected:
  // A finished run whose loss is `loss` at every step.
  void WriteRun(const std::string& name, const std::vector<Setting>& settings, double loss) {
    const auto configuration = LoadConfiguration("tiny", settings);
    ASSERT_TRUE(configuration) << configuration.error().message;
    const auto folder =
        RunFolder::Create(folder_.path().toStdString() + "/" + name, *configuration);
    ASSERT_TRUE(folder) << folder.error().message;
    RunDescription description;
    description.id = name;
    description.steps = kSteps;
    auto writer = RecordWriter::Create(folder->record_path(), description);
    ASSERT_TRUE(writer) << writer.error().message;
    StepRecord record;
    for (record.step = 1; record.step <= kSteps; ++record.step) {
      for (auto& value : record.values) value = loss;
      ASSERT_TRUE(writer->AppendStep(record));
    }
    ASSERT_TRUE(writer->Close(RunState::kFinished));
    RunDocument& run = runs_.Open(folder_.path().toStdString() + "/" + name);
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return run.loaded() && run.last_step() == kSteps; }, kLimit_ms));
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const SeedFold& fold : FoldSeeds(runs_)) names.push_back(fold.Name().toStdString());
    return names;
  }

  QTemporaryDir folder_;
  RunSelection runs_;
};

TEST_F(SeedFoldTest, TakesRunsThatDifferInTheirSeedAndNameAlone) {
  WriteRun("hc-seed1", {{"seed", "1"}, {"name", "a"}}, 2.0);
  WriteRun("hc-seed2", {{"seed", "2"}, {"name", "b"}}, 3.0);
  WriteRun("fast", {{"seed", "1"}, {"train.learning_rate", "2.5e-3"}}, 1.0);
  EXPECT_THAT(Names(), testing::ElementsAre("hc, 2 seeds", "fast"));
}

TEST_F(SeedFoldTest, CountsSeveralRunsOfOneSeedAsOneSample) {
  WriteRun("hc-seed1", {{"seed", "1"}}, 2.0);
  WriteRun("hc-seed1-again", {{"seed", "1"}}, 2.0);
  WriteRun("hc-seed2", {{"seed", "2"}}, 5.0);
  EXPECT_THAT(Names(), testing::ElementsAre("hc, 2 seeds"));
  const std::vector<SeedFold> folds = FoldSeeds(runs_);
  EXPECT_NEAR(SmoothedSeeds(folds.front(), "loss", 1).front().mean, 3.5, 1e-12);
  for (const SelectedRun& run : runs_.runs()) EXPECT_TRUE(folds.front().Holds(run.document.get()));
}

TEST_F(SeedFoldTest, LeavesRunsApartThatHaveOneSeedAlone) {
  WriteRun("hc", {{"seed", "1"}}, 2.0);
  WriteRun("hc-again", {{"seed", "1"}}, 2.0);
  EXPECT_THAT(Names(), testing::ElementsAre("hc", "hc-again"));
}

TEST_F(SeedFoldTest, LeavesHiddenRunsOut) {
  WriteRun("hc-seed1", {{"seed", "1"}}, 2.0);
  WriteRun("hc-seed2", {{"seed", "2"}}, 3.0);
  runs_.SetShown(*runs_.runs().front().document, false);
  EXPECT_THAT(Names(), testing::ElementsAre("hc-seed2"));
}

TEST_F(SeedFoldTest, GapsAreThoseOfEachSeedToTheMeanOfTheReference) {
  WriteRun("one", {{"seed", "1"}}, 2.0);
  WriteRun("two", {{"seed", "2"}}, 4.0);
  const std::vector<SeedFold> folds = FoldSeeds(runs_);
  ASSERT_EQ(folds.size(), 1u);
  const std::vector<Spread> reference(10, SpreadOf({1.5}));
  const std::vector<Spread> gap = SmoothedSeeds(folds.front(), "loss", 5, reference);
  ASSERT_EQ(gap.size(), reference.size()) << "cut to the steps that both have";
  EXPECT_NEAR(gap.back().mean, 1.5, 1e-12);
  EXPECT_NEAR(gap.back().minimum, 0.5, 1e-12);
  EXPECT_NEAR(gap.back().maximum, 2.5, 1e-12);
}

TEST_F(SeedFoldTest, CurvesOfSeedsAreOneLineWithABandWhileRunsAreOpenedAndClosed) {
  StepCursor step;
  SiteCursor site;
  Look look(Look::Mode::kLight);
  CurvePlot view({runs_, step, site, look}, "lossPlot", "loss");
  view.resize(600, 400);
  view.show();
  WriteRun("hc-seed1", {{"seed", "1"}}, 2.0);
  WriteRun("hc-seed2", {{"seed", "2"}}, 3.0);
  WriteRun("hc-seed3", {{"seed", "3"}}, 7.0);
  step.SetLastStep(kSteps);
  view.RefreshNow();
  EXPECT_THAT(view.FigureTable()[0],
              testing::ElementsAre("step", "hc, 3 seeds loss", "hc, 3 seeds loss least",
                                   "hc, 3 seeds loss most", "hc, 3 seeds validation_loss"));
  EXPECT_THAT(view.FigureTable()[1], testing::ElementsAre("1", "4", "2", "7", "4"));
  runs_.Close(*runs_.runs().back().document);
  view.grab();
  EXPECT_THAT(view.FigureTable()[1], testing::ElementsAre("1", "2.5", "2", "3", "2.5"));
  runs_.Close(*runs_.runs().back().document);
  view.grab();
  EXPECT_EQ(view.FigureTable()[0].size(), 3u) << "one run has no band";
}

// The paper's figures by the names that the command line lists.
TEST_F(SeedFoldTest, AGapFigureIsRefusedForOneRunAndGivenForTwo) {
  StepCursor step;
  SiteCursor site;
  Look look(Look::Mode::kLight);
  WriteRun("mhc-seed1", {{"seed", "1"}}, 2.0);
  runs_.SetCurrent(*runs_.runs().front().document);
  const auto figure = FindFigure("fig2")->make({runs_, step, site, look});
  figure->RefreshNow();
  EXPECT_FALSE(figure->Ready());
  EXPECT_TRUE(figure->Reason().contains("two runs")) << figure->Reason().toStdString();
  WriteRun("hc", {{"mixing.connection", "hc"}}, 2.25);
  figure->RefreshNow();
  ASSERT_TRUE(figure->Ready());
  const auto table = figure->FigureTable();
  const std::vector<std::string> last_of_gap = table[kSteps];
  EXPECT_EQ(last_of_gap[0], "loss − loss of mhc-seed1 (nats)");
  EXPECT_EQ(last_of_gap[1], "hc");
  EXPECT_EQ(last_of_gap[3], "0.25");
}

}  // namespace
}  // namespace mhc
