// A record whose writes are refused, moved or shared with somebody who holds it.
#include "core/record/record/record_writer.h"

#include "record_fixture.h"
#include "tests/failing_calls.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class RefusedWritesTest : public RecordTest {
 protected:
  static std::vector<double> Losses(RecordReader reader) {
    std::vector<double> losses;
    for (const StepRecord& row : Must(reader.Rows(1, 100))) losses.push_back(*row.Get("loss"));
    return losses;
  }
};

TEST_F(RefusedWritesTest, AFullDiskMayPassAndWhatWasRefusedIsRecordedAtTheNextTry) {
  RecordWriter writer = NewRecord();
  Must(writer.AppendStep(Step(1, 0.5)));
  {
    const FailingCalls refused({.call = "pwrite", .reason = ENOSPC});
    const Status status = writer.AppendStep(Step(2, 0.25));
    ASSERT_FALSE(status);
    EXPECT_TRUE(status.error().may_pass);
    EXPECT_THAT(status.error().message, HasSubstr("the disk is full"));
  }
  Must(writer.AppendStep(Step(2, 0.25)));
  EXPECT_THAT(Losses(Reader()), ElementsAre(0.5, 0.25));
}

TEST_F(RefusedWritesTest, AQuotaIsCalledAQuota) {
  RecordWriter writer = NewRecord();
  const FailingCalls refused({.call = "pwrite", .reason = EDQUOT});
  const Status status = writer.AppendStep(Step(1, 0.5));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().may_pass);
  EXPECT_THAT(status.error().message, HasSubstr("quota"));
}

TEST_F(RefusedWritesTest, PatienceIsAskedUntilThereIsRoom) {
  RecordWriter writer = NewRecord();
  std::optional<FailingCalls> refused(Failing{.call = "pwrite"});
  int asked = 0;
  writer.WaitWith([&](const Error& refusal) {
    EXPECT_TRUE(refusal.may_pass);
    if (++asked == 3) refused.reset();
    return true;
  });
  Must(writer.AppendStep(Step(1, 0.5)));
  Must(writer.BeginSegment(1, "resume"));
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(Losses(Reader()), ElementsAre(0.5));
}

TEST_F(RefusedWritesTest, PatienceThatEndsReturnsTheRefusal) {
  RecordWriter writer = NewRecord();
  const FailingCalls refused({.call = "pwrite"});
  writer.WaitWith([](const Error&) { return false; });
  EXPECT_FALSE(writer.AppendStep(Step(1, 0.5)));
}

TEST_F(RefusedWritesTest, ALockOfAnotherProgramMayPass) {
  RecordWriter writer = NewRecord();
  SQLite::Database browser((folder_ / "record.sqlite").string(), SQLite::OPEN_READWRITE);
  browser.exec("BEGIN IMMEDIATE");
  int asked = 0;
  writer.WaitWith([&](const Error& refusal) {
    EXPECT_THAT(refusal.message, HasSubstr("another process keeps it locked"));
    if (++asked == 1) browser.exec("ROLLBACK");
    return true;
  });
  Must(writer.AppendStep(Step(1, 0.5)));
  EXPECT_EQ(asked, 1);
}

TEST_F(RefusedWritesTest, ARecordThatIsMovedIsWrittenWhereItIsAndAnotherInItsPlaceIsLeftAlone) {
  fs::create_directory(folder_ / "run");
  RecordWriter writer = Must(RecordWriter::Create(Must(OpenFolder::Open(folder_ / "run")), {}));
  Must(writer.AppendStep(Step(1, 0.5)));
  fs::rename(folder_ / "run", folder_ / "moved");
  fs::create_directory(folder_ / "run");
  {
    RecordWriter other = Must(RecordWriter::Create(folder_ / "run" / "record.sqlite", {}));
    Must(writer.AppendStep(Step(2, 0.25)));
    Must(writer.Sync());
    Must(other.AppendStep(Step(1, 7.0)));
    Must(writer.Close(RunState::kFinished));
    { const RecordWriter ended = std::move(writer); }
    EXPECT_TRUE(fs::exists(folder_ / "run" / "record.sqlite-wal")) << "the other one's log";
    EXPECT_THAT(Losses(Must(RecordReader::Open(folder_ / "run" / "record.sqlite"))),
                ElementsAre(7.0));
  }
  EXPECT_THAT(Losses(Must(RecordReader::Open(folder_ / "moved" / "record.sqlite"))),
              ElementsAre(0.5, 0.25));
  EXPECT_FALSE(fs::exists(folder_ / "moved" / "record.sqlite-wal"));
}

}  // namespace
}  // namespace mhc
