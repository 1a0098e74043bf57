#include "widgets/document/run_snapshots.h"

#include <gmock/gmock.h>

#include "widgets/depth/depth_picture.h"
#include "widgets/depth/stream_cosines.h"
#include "widgets/document/run_update.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RunSnapshotsTest : public testing::Test {
 protected:
  // A run of one block of four streams, with snapshots at steps 5 and 10; what is fetched is given.
  RunSnapshotsTest() {
    RunUpdate update;
    const std::vector<Setting> settings = {{"model.blocks", "1"}};
    update.configuration =
        std::make_shared<const Configuration>(*LoadConfiguration("tiny", settings));
    update.snapshot_steps = {5, 10};
    run_.Apply(std::move(update));
  }
  void Give(const std::string& kind, std::int64_t asked, std::int64_t step,
            std::vector<std::int64_t> shape, std::vector<float> data) {
    RunUpdate update;
    update.snapshots.push_back({kind, asked, step, {kind, std::move(shape), std::move(data)}});
    run_.Apply(std::move(update));
  }
  // With a value that names its step.
  void GiveRatio(const std::string& kind, std::int64_t step) {
    Give(kind, step, step, {2}, {static_cast<float>(step), 0.0f});
  }
  RunDocument::MeanAndDeviation RatioAt(std::int64_t step) {
    return snapshots_.WithDeviationAt("branch_ratio", step);
  }

  ReaderThread reader_;
  RunDocument run_{reader_, "nowhere"};
  RunSnapshots snapshots_{run_};
};

TEST_F(RunSnapshotsTest, TheFirstSnapshotIsWhereTheRecordHasItAndNothingIsAskedForBefore) {
  EXPECT_EQ(run_.FirstSnapshotStep(), 5);
  EXPECT_EQ(run_.SnapshotAt("res_mean", 4), nullptr);
  EXPECT_FALSE(run_.AwaitsSnapshot("res_mean", 4));
}

// Nothing is promised that will not come.
TEST(FirstSnapshot, OfARunThatHasNoneIsStepOneWhileItLivesAndNoneAfterwards) {
  ReaderThread reader;
  RunDocument run(reader, "nowhere");
  EXPECT_EQ(run.FirstSnapshotStep(), std::nullopt);
  for (const auto& [state, first] : {std::pair(RunState::kRunning, std::optional<std::int64_t>(1)),
                                     {RunState::kPaused, 1},
                                     {RunState::kStopped, std::nullopt}}) {
    RunUpdate update;
    update.state = state;
    run.Apply(std::move(update));
    EXPECT_EQ(run.FirstSnapshotStep(), first) << ToText(state);
  }
}

TEST_F(RunSnapshotsTest, AMeanComesWithItsDeviationOfTheSameStep) {
  EXPECT_EQ(RatioAt(5).mean, nullptr);
  GiveRatio("branch_ratio", 5);
  EXPECT_EQ(RatioAt(5).mean, nullptr) << "the deviation is on its way";
  GiveRatio("branch_ratio_deviation", 5);
  const auto found = RatioAt(5);
  ASSERT_TRUE(found.mean != nullptr && found.deviation != nullptr);
  EXPECT_EQ(found.mean->snapshot.data[0], 5.0f);
  EXPECT_EQ(found.deviation->snapshot.kind, "branch_ratio_deviation");
}

// Played or followed, the cursor is at another step before what it asked for has come.
TEST_F(RunSnapshotsTest, AMovingCursorSeesTheNewestStepOfWhichBothAreHere) {
  RatioAt(5);
  GiveRatio("branch_ratio", 5);
  GiveRatio("branch_ratio_deviation", 5);
  RatioAt(10);
  GiveRatio("branch_ratio", 10);
  const auto between = RatioAt(10);
  ASSERT_TRUE(between.mean != nullptr && between.deviation != nullptr);
  EXPECT_EQ(between.mean->step, 5);
  EXPECT_EQ(between.deviation->step, 5);
  GiveRatio("branch_ratio_deviation", 10);
  EXPECT_EQ(RatioAt(10).mean->step, 10);
  EXPECT_EQ(RatioAt(7).mean->step, 5);
}

TEST_F(RunSnapshotsTest, WhatAnOlderRecordDoesNotHoldIsNotWaitedFor) {
  RatioAt(5);
  GiveRatio("branch_ratio", 5);
  Give("branch_ratio_deviation", 5, 0, {}, {});
  const auto found = RatioAt(5);
  ASSERT_NE(found.mean, nullptr);
  EXPECT_EQ(found.deviation, nullptr);
  EXPECT_TRUE(snapshots_.error().isEmpty());
}

TEST_F(RunSnapshotsTest, ADeviationOfAnEarlierStepIsNotThatOfTheMean) {
  RatioAt(10);
  GiveRatio("branch_ratio", 10);
  Give("branch_ratio_deviation", 10, 5, {2}, {0.5f, 0.5f});
  ASSERT_NE(RatioAt(10).mean, nullptr);
  EXPECT_EQ(RatioAt(10).deviation, nullptr);
}

TEST_F(RunSnapshotsTest, ADeviationOfAnotherShapeIsRefused) {
  RatioAt(5);
  GiveRatio("branch_ratio", 5);
  Give("branch_ratio_deviation", 5, 5, {3}, {0.5f, 0.5f, 0.5f});
  EXPECT_EQ(RatioAt(5).deviation, nullptr);
  EXPECT_TRUE(snapshots_.error().contains("branch_ratio_deviation"));
}

TEST_F(RunSnapshotsTest, AKindThatIsNoTokenMeanComesAlone) {
  snapshots_.WithDeviationAt("alpha", 5);
  Give("alpha", 5, 5, {2, 3}, std::vector<float>(6, 0.01f));
  EXPECT_NE(snapshots_.WithDeviationAt("alpha", 5).mean, nullptr);
  EXPECT_EQ(snapshots_.WithDeviationAt("alpha", 5).deviation, nullptr);
}

TEST_F(RunSnapshotsTest, CosinesAreReadWithTheirDeviationAndToldByPair) {
  std::vector<float> cosines(3 * 16, 0.5f), deviations(3 * 16, 0.0f);
  for (std::size_t i = 0; i < 16; i += 5) cosines[i] = 1.0f;
  cosines[1] = cosines[4] = -0.25f;
  deviations[1] = 0.125f;
  StreamCosines read;
  EXPECT_FALSE(read.Read(snapshots_, 5));
  Give("stream_cosine", 5, 5, {3, 4, 4}, cosines);
  EXPECT_FALSE(read.Read(snapshots_, 5)) << "the deviation is on its way";
  Give("stream_cosine_deviation", 5, 5, {3, 4, 4}, deviations);
  ASSERT_TRUE(read.Read(snapshots_, 5));
  EXPECT_EQ(read.step(), 5);
  const StreamCosines::Pairs pairs = read.OfPairs();
  EXPECT_DOUBLE_EQ(pairs.mean[0], (10 * 0.5 - 2 * 0.25) / 12);
  EXPECT_EQ(pairs.least[0], -0.25);
  EXPECT_EQ(pairs.most[0], 0.5);
  const MatrixContent matrix = read.MatrixAt(0, "before site 0");
  const QString text = matrix.describe({0, 1});
  EXPECT_TRUE(text.contains("before site 0") && text.contains("±")) << text.toStdString();
}

TEST(CurveWithBand, ReachesAsFarAsTheDeviationToBothSides) {
  const DepthCurve curve = CurveWithBand({1.0, 2.0}, {0.5, 0.25}, QPen());
  EXPECT_THAT(curve.low, ElementsAre(0.5, 1.75));
  EXPECT_THAT(curve.high, ElementsAre(1.5, 2.25));
  EXPECT_THAT(CurveWithBand({1.0, 2.0}, {}, QPen()).low, IsEmpty());
}

}  // namespace
}  // namespace mhc
