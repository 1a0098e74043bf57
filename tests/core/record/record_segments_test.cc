// Training that goes back begins a new segment; readers show the latest one of each step.
#include "core/record/record/record_timeline.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SegmentsTest : public RecordTest {
 protected:
  static std::vector<double> Losses(RecordReader& reader, std::int64_t first, std::int64_t last) {
    std::vector<double> losses;
    for (const StepRecord& row : Must(reader.Rows(first, last))) {
      losses.push_back(row.Get("loss").value());
    }
    return losses;
  }
};

TEST_F(SegmentsTest, AResumeBehindTheLastRowHidesTheRowsAfterIt) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 5, 100.0);
  Must(writer.BeginSegment(3, "resume"));
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.LastStep()), 3);
  Must(writer.AppendStep(Step(4, -4.0)));
  EXPECT_THAT(Losses(reader, 1, 100), ElementsAre(99, 98, 97, -4));
  EXPECT_EQ(Must(reader.LastStep()), 4);
}

TEST_F(SegmentsTest, ALaterSegmentFurtherBackHidesWholeSegments) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 6, 100.0);
  Must(writer.BeginSegment(4, "resume"));
  AppendSteps(writer, 5, 8, 200.0);
  Must(writer.BeginSegment(2, "roll_back"));
  AppendSteps(writer, 3, 4, 300.0);
  RecordReader reader = Reader();
  EXPECT_THAT(Losses(reader, 1, 100), ElementsAre(99, 98, 297, 296));
  EXPECT_THAT(Losses(reader, 2, 3), ElementsAre(98, 297));
  EXPECT_EQ(Must(reader.Column("loss", 1, 100)).values, (std::vector<double>{99, 98, 297, 296}));
}

TEST_F(SegmentsTest, VisibleSpansAreDisjointAscendingAndTheLastIsOpen) {
  const std::vector<SegmentRow> segments = {
      {0, 0, "start"}, {1, 10, "resume"}, {2, 5, "roll_back"}, {3, 5, "resume"}, {4, 8, "resume"}};
  const auto spans = VisibleSpans(segments);
  ASSERT_THAT(spans, SizeIs(3));
  EXPECT_EQ(spans[0].segment, 0);
  EXPECT_EQ(spans[0].last, 5);
  EXPECT_EQ(spans[1].segment, 3);
  EXPECT_EQ(spans[1].after, 5);
  EXPECT_EQ(spans[1].last, 8);
  EXPECT_EQ(spans[2].segment, 4);
  EXPECT_EQ(spans[2].last, INT64_MAX);
}

TEST_F(SegmentsTest, RowsAfterReturnsWhatWasWrittenInItsOrderAndNoMoreThanAsked) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 3, 100.0);
  Must(writer.BeginSegment(1, "resume"));
  AppendSteps(writer, 2, 3, 200.0);
  RecordReader reader = Reader();
  const auto rows = Must(reader.RowsAfter(0, 2, 2));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].segment, 0);
  EXPECT_EQ(rows[0].step, 3);
  EXPECT_EQ(rows[1].segment, 1);
  EXPECT_EQ(rows[1].step, 2);
  EXPECT_THAT(Must(reader.RowsAfter(1, 3, 10)), IsEmpty());
}

TEST_F(SegmentsTest, ARollBackUndoesWhatChangedTheModelAfterItAndAResumeDoesNot) {
  RecordWriter writer = NewRecord();
  const auto made = [](const std::string& id, const std::string& kind, Value value,
                       std::int64_t step, bool applied) {
    Intervention intervention;
    intervention.request.id = id;
    intervention.request.kind = kind;
    intervention.request.value = std::move(value);
    intervention.value_text = ValueText(intervention.request);
    intervention.step = step;
    intervention.applied = applied;
    return intervention;
  };
  Must(writer.AppendIntervention(made("before", "learning_rate", 0.1, 2, true)));
  Must(writer.AppendIntervention(made("at", "learning_rate", 0.2, 3, true)));
  Must(writer.AppendIntervention(made("refused", "learning_rate", 0.3, 4, false)));
  Must(writer.AppendIntervention(made("policy", "on_nonfinite", std::string("skip"), 4, true)));
  Must(writer.AppendIntervention(made("pause", "pause", std::string(), 4, true)));
  Must(writer.BeginSegment(3, "resume"));
  for (const auto& row : Must(Reader().Interventions())) EXPECT_FALSE(row.undone);
  Must(writer.BeginRollBack(3, made("guard", "learning_rate", 0.05, 3, true)));
  const auto rows = Must(Reader().Interventions());
  std::vector<std::string> undone;
  for (const auto& row : rows) {
    if (row.undone) undone.push_back(row.request.id);
  }
  EXPECT_THAT(undone, ElementsAre("at"));
  EXPECT_EQ(rows.back().request.id, "guard");
  EXPECT_EQ(rows.back().segment, 2);
  EXPECT_EQ(writer.last_intervention(), rows.back().number);
}

TEST_F(SegmentsTest, TheFurthestStepCountsWhatAResumeHasHiddenAndNotWhatARollBackLeft) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 9, 100.0);
  Must(writer.BeginSegment(4, "resume"));
  AppendSteps(writer, 5, 6, 200.0);
  EXPECT_EQ(Must(Reader().LastStep()), 6);
  EXPECT_EQ(Must(Reader().FurthestStep()), 9);
  Must(writer.BeginSegment(2, "roll_back"));
  EXPECT_EQ(Must(Reader().FurthestStep()), 2);
  AppendSteps(writer, 3, 3, 300.0);
  EXPECT_EQ(Must(Reader().FurthestStep()), 3);
}

TEST_F(SegmentsTest, SnapshotsFollowTheLatestTimeline) {
  RecordWriter writer = NewRecord();
  const auto append = [&](std::int64_t step, float number) {
    StepRecord record = Step(step, 1.0);
    record.snapshots = {{"res_mean", {1}, {number}}};
    Must(writer.AppendStep(record));
  };
  append(2, 2.0f);
  append(4, 4.0f);
  Must(writer.BeginSegment(3, "resume"));
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.SnapshotAt("res_mean", 100))->snapshot.data[0], 2.0f);
  append(5, 5.0f);
  EXPECT_EQ(Must(reader.SnapshotAt("res_mean", 4))->step, 2);
  EXPECT_EQ(Must(reader.SnapshotAt("res_mean", 5))->snapshot.data[0], 5.0f);
  EXPECT_THAT(Must(reader.SnapshotSteps("res_mean")), ElementsAre(2, 5));
}

TEST_F(SegmentsTest, CheckpointsThatTrainingWentBackBehindOrThatWereRemovedAreNotListed) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendCheckpoint(0, "start"));
  Must(writer.AppendCheckpoint(10, "regular"));
  Must(writer.AppendCheckpoint(20, "regular"));
  Must(writer.AppendCheckpoint(30, "regular"));
  Must(writer.RemoveCheckpoint(10));
  Must(writer.BeginSegment(20, "resume"));
  Must(writer.AppendCheckpoint(20, "intervention"));
  Must(writer.AppendCheckpoint(25, "request"));
  const auto rows = Must(Reader().Checkpoints());
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].step, 0);
  EXPECT_EQ(rows[1].step, 20);
  EXPECT_EQ(rows[1].reason, "intervention");
  EXPECT_EQ(rows[2].step, 25);
}

TEST_F(SegmentsTest, SegmentsSayWhereAndWhyTheyBegan) {
  RecordWriter writer = NewRecord();
  Must(writer.BeginSegment(7, "roll_back"));
  const auto rows = Must(Reader().Segments());
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].reason, "start");
  EXPECT_EQ(rows[1].first_step, 7);
  EXPECT_EQ(rows[1].reason, "roll_back");
}

}  // namespace
}  // namespace mhc
