#include "core/record/record/record_writer.h"

#include <cmath>
#include <limits>

#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Intervention Applied(const std::string& id, std::int64_t step) {
  Intervention intervention;
  intervention.request.id = id;
  intervention.request.kind = "learning_rate";
  intervention.request.value = 0.001;
  intervention.step = step;
  intervention.applied = true;
  return intervention;
}

TEST_F(RecordTest, NonFiniteAndUnmeasuredScalarsReadBackAsTheyWere) {
  RecordWriter writer = NewRecord();
  StepRecord step = Step(1, kNaN);
  step.Set("gradient_norm", kInfinity);
  step.Set("stream_gain", -kInfinity);
  step.Set("learning_rate", -0.0);
  Must(writer.AppendStep(step));
  const auto rows = Must(Reader().Rows(1, 10));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_TRUE(std::isnan(rows[0].Get("loss").value()));
  EXPECT_EQ(rows[0].Get("gradient_norm"), kInfinity);
  EXPECT_EQ(rows[0].Get("stream_gain"), -kInfinity);
  EXPECT_EQ(rows[0].Get("learning_rate"), 0.0);
  EXPECT_EQ(rows[0].Get("tokens"), 256.0);
  EXPECT_EQ(rows[0].Get("validation_loss"), std::nullopt);
}

TEST_F(RecordTest, ANumberOfFullPrecisionReadsBackToTheLastBit) {
  RecordWriter writer = NewRecord();
  const double numbers[] = {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, 9007199254740993.0};
  std::int64_t step = 0;
  for (const double number : numbers) Must(writer.AppendStep(Step(++step, number)));
  const auto rows = Must(Reader().Rows(1, step));
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].Get("loss"), numbers[i]);
}

TEST_F(RecordTest, SnapshotsKeepTheirShapeAndEveryBitOfTheirNumbers) {
  RecordWriter writer = NewRecord();
  StepRecord step = Step(1, 2.0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  step.snapshots = {{"res_mean", {1, 2, 2}, {1.0f, 0.1f, nan, -3e38f}},
                    {"pre_mean", {0, 2}, {}},
                    {"single", {}, {7.0f}}};
  Must(writer.AppendStep(step));
  RecordReader reader = Reader();
  const auto found = Must(reader.SnapshotAt("res_mean", 5));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->step, 1);
  EXPECT_THAT(found->snapshot.shape, ElementsAre(1, 2, 2));
  EXPECT_EQ(found->snapshot.data[1], 0.1f);
  EXPECT_TRUE(std::isnan(found->snapshot.data[2]));
  EXPECT_EQ(found->snapshot.data[3], -3e38f);
  EXPECT_THAT(Must(reader.SnapshotAt("pre_mean", 5))->snapshot.shape, ElementsAre(0, 2));
  EXPECT_THAT(Must(reader.SnapshotAt("single", 5))->snapshot.data, ElementsAre(7.0f));
  EXPECT_FALSE(Must(reader.SnapshotAt("res_mean", 0)).has_value());
  EXPECT_FALSE(Must(reader.SnapshotAt("nothing", 5)).has_value());
}

TEST_F(RecordTest, TheDescriptionReadsBackWhole) {
  RunDescription description = Description();
  description.entropy_floor = 0.30000000000000004;
  description.parent = ParentRun{"fedcba9876543210", 42};
  description.device = "cpu";
  { Must(RecordWriter::Create(file_, description)); }
  const RunDescription read = Must(Reader().Description());
  EXPECT_EQ(read.id, description.id);
  EXPECT_EQ(read.created, description.created);
  EXPECT_EQ(read.steps, 100000);
  EXPECT_EQ(read.entropy_floor, description.entropy_floor);
  ASSERT_TRUE(read.parent.has_value());
  EXPECT_EQ(read.parent->id, "fedcba9876543210");
  EXPECT_EQ(read.parent->step, 42);
  EXPECT_EQ(read.mixing_dtype, "float32");
}

TEST_F(RecordTest, ANewRecordIsCreatedAndItsStateFollowsTheWriter) {
  RecordWriter writer = NewRecord();
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.State()), RunState::kCreated);
  Must(writer.SetState(RunState::kPaused));
  EXPECT_EQ(Must(reader.State()), RunState::kPaused);
}

TEST_F(RecordTest, EveryStateHasATextThatReadsBack) {
  for (const RunState state :
       {RunState::kCreated, RunState::kRunning, RunState::kPaused, RunState::kFinished,
        RunState::kStopped, RunState::kFailed, RunState::kInterrupted}) {
    EXPECT_EQ(ParseRunState(ToText(state)), state);
  }
  EXPECT_EQ(ParseRunState("asleep"), std::nullopt);
}

TEST_F(RecordTest, ASecondRecordIsNotMadeOverTheFirst) {
  { NewRecord(); }
  const auto second = RecordWriter::Create(file_, Description());
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr("exists already"));
}

TEST_F(RecordTest, AStepIsRecordedOnlyOnceInASegment) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendStep(Step(1, 2.0)));
  const auto again = writer.AppendStep(Step(1, 3.0));
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().message, HasSubstr(file_.string()));
  Must(writer.AppendStep(Step(2, 4.0)));
  EXPECT_THAT(Must(Reader().Rows(1, 9)), SizeIs(2));
}

TEST_F(RecordTest, AStepWhoseSnapshotsFailLeavesNoRow) {
  RecordWriter writer = NewRecord();
  StepRecord step = Step(1, 2.0);
  const std::int64_t too_long = (64 << 20) / 4 + 1;
  step.snapshots = {{"pre_mean", {1}, {1.0f}},
                    {"res_mean", {too_long}, std::vector<float>(too_long)}};
  EXPECT_FALSE(writer.AppendStep(step).has_value());
  EXPECT_EQ(Must(Reader().LastStep()), 0);
  step.snapshots.pop_back();
  Must(writer.AppendStep(step));
  EXPECT_EQ(Must(Reader().LastStep()), 1);
}

TEST_F(RecordTest, TheFirstOutcomeOfARequestStands) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendIntervention(Applied("t1-a", 3)));
  Intervention second = Applied("t1-a", 4);
  second.applied = false;
  second.reason = "too late";
  Must(writer.AppendIntervention(second));
  const auto rows = Must(Reader().Interventions());
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_TRUE(rows[0].applied);
  EXPECT_EQ(rows[0].step, 3);
}

TEST_F(RecordTest, AnInterventionReadsBackWithAllItsFields) {
  RecordWriter writer = NewRecord();
  Must(writer.BeginSegment(0, "resume"));
  Intervention intervention = Applied("t2-b", 7);
  intervention.request.kind = "constraint";
  intervention.request.value = std::string("sinkhorn:iterations=5");
  intervention.value_text = "sinkhorn:iterations=5,diagonal=8.0";
  intervention.request.sites = {0, 1, 3};
  intervention.request.transfer = {Transfer::Kind::kBlend, 50};
  intervention.request.origin = "guard";
  intervention.matrix_jump = 0.25;
  intervention.unmatched = kNaN;
  intervention.matrix_jump_by_site = {0.25, kInfinity, 0.1};
  intervention.time = 1764000001.5;
  Must(writer.AppendIntervention(intervention));
  const auto read = Must(Reader().FindIntervention("t2-b"));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->number, 1);
  EXPECT_EQ(read->segment, 1);
  EXPECT_EQ(read->step, 7);
  EXPECT_EQ(read->request.value, Value(std::string("sinkhorn:iterations=5,diagonal=8.0")));
  EXPECT_THAT(read->request.sites, ElementsAre(0, 1, 3));
  EXPECT_EQ(read->request.transfer, intervention.request.transfer);
  EXPECT_EQ(read->request.origin, "guard");
  EXPECT_EQ(read->matrix_jump, 0.25);
  EXPECT_TRUE(std::isnan(read->unmatched.value()));
  EXPECT_THAT(read->matrix_jump_by_site, ElementsAre(0.25, kInfinity, 0.1));
  EXPECT_EQ(read->time, 1764000001.5);
  EXPECT_FALSE(Must(Reader().FindIntervention("t2")).has_value());
}

TEST_F(RecordTest, ARefusedRequestOfAnUnknownKindIsRecordedAsItWas) {
  RecordWriter writer = NewRecord();
  Intervention refused;
  refused.request.id = "t3-c";
  refused.request.kind = "dance";
  refused.request.value = std::int64_t{3};
  refused.reason = "found \"dance\"";
  Must(writer.AppendIntervention(refused));
  const auto read = Must(Reader().FindIntervention("t3-c"));
  EXPECT_FALSE(read->applied);
  EXPECT_EQ(read->request.kind, "dance");
  EXPECT_EQ(read->value_text, "3");
  EXPECT_EQ(ToJson(*read)["outcome"], "refused");
}

TEST_F(RecordTest, AlertsReadBackInOrder) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendAlert(3, "nonfinite", "loss is not finite"));
  Must(writer.AppendAlert(2, "spike", "gradient"));
  const auto alerts = Must(Reader().Alerts());
  ASSERT_THAT(alerts, SizeIs(2));
  EXPECT_EQ(alerts[0].kind, "nonfinite");
  EXPECT_EQ(alerts[0].text, "loss is not finite");
  EXPECT_EQ(alerts[1].step, 2);
  EXPECT_GT(alerts[1].time, 1.7e9);
}

TEST_F(RecordTest, SyncAndCloseLeaveOneFileAndTheLastState) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendStep(Step(1, 2.0)));
  Must(writer.Sync());
  Must(writer.Close(RunState::kFinished));
  EXPECT_THAT(FilesInFolder(), ElementsAre("record.sqlite"));
  EXPECT_EQ(Must(Reader().State()), RunState::kFinished);
}

TEST_F(RecordTest, AClosedRecordIsOpenedAndWrittenOn) {
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    Must(writer.Close(RunState::kStopped));
  }
  RecordWriter writer = Must(RecordWriter::Open(file_));
  EXPECT_EQ(writer.segment(), 0);
  Must(writer.BeginSegment(3, "resume"));
  EXPECT_EQ(writer.segment(), 1);
  AppendSteps(writer, 4, 5, 10.0);
  EXPECT_EQ(Must(Reader().LastStep()), 5);
}

TEST_F(RecordTest, AReaderThatStaysAttachedDoesNotKeepTheWriterFromClosing) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendStep(Step(1, 2.0)));
  RecordReader reader = Reader();
  Must(reader.LastStep());
  Must(writer.Close(RunState::kFinished));
  EXPECT_EQ(Must(reader.State()), RunState::kFinished);
  EXPECT_EQ(Must(Reader().LastStep()), 1);
}

}  // namespace
}  // namespace mhc
