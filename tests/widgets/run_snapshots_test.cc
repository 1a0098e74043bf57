#include "widgets/views/run_snapshots.h"

#include <gmock/gmock.h>

#include "widgets/document/run_update.h"
#include "widgets/views/depth_picture.h"
#include "widgets/views/stream_cosines.h"

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
  const FetchedSnapshot& Mean() {
    snapshots_.At("branch_ratio", 5);
    Give("branch_ratio", 5, 5, {2}, {0.5f, 0.25f});
    return *snapshots_.At("branch_ratio", 5);
  }

  ReaderThread reader_;
  RunDocument run_{reader_, "nowhere"};
  RunSnapshots snapshots_{run_};
};

TEST_F(RunSnapshotsTest, ADeviationIsThatOfTheSameStep) {
  const FetchedSnapshot mean = Mean();
  EXPECT_EQ(snapshots_.DeviationOf(mean), nullptr);
  EXPECT_TRUE(snapshots_.AwaitsDeviationOf(mean));
  Give("branch_ratio_deviation", 5, 5, {2}, {0.125f, 0.0f});
  ASSERT_NE(snapshots_.DeviationOf(mean), nullptr);
  EXPECT_THAT(snapshots_.DeviationOf(mean)->snapshot.data, ElementsAre(0.125f, 0.0f));
  EXPECT_FALSE(snapshots_.AwaitsDeviationOf(mean));
}

TEST_F(RunSnapshotsTest, WhatAnOlderRecordDoesNotHoldIsNotAwaited) {
  const FetchedSnapshot mean = Mean();
  EXPECT_EQ(snapshots_.DeviationOf(mean), nullptr);
  Give("branch_ratio_deviation", 5, 5, {}, {});
  EXPECT_EQ(snapshots_.DeviationOf(mean), nullptr);
  EXPECT_FALSE(snapshots_.AwaitsDeviationOf(mean));
  EXPECT_TRUE(snapshots_.error().isEmpty());
}

TEST_F(RunSnapshotsTest, AKindThatIsNoTokenMeanHasNoDeviationToAwait) {
  snapshots_.At("alpha", 5);
  Give("alpha", 5, 5, {2, 3}, std::vector<float>(6, 0.01f));
  const FetchedSnapshot alpha = *snapshots_.At("alpha", 5);
  EXPECT_EQ(snapshots_.DeviationOf(alpha), nullptr);
  EXPECT_FALSE(snapshots_.AwaitsDeviationOf(alpha));
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
