// A column that was renamed is read, and written on, in records that have its former name.
#include "core/record/record/step_record.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kName = "composite_distance_to_uniform_spectral";
constexpr const char* kFormer = "composite_distance_to_uniform";
constexpr std::int64_t kSteps = 4100;  // the first 4096 stand in a chunk too

class FormerNamesTest : public RecordTest {
 protected:
  FormerNamesTest() {
    RecordWriter writer = NewRecord();
    for (std::int64_t step = 1; step <= kSteps; ++step) {
      StepRecord record = Step(step, 1.0);
      record.Set(kName, 1.0 / static_cast<double>(step));
      Must(writer.AppendStep(record));
    }
    Must(writer.Close(RunState::kFinished));
    Execute(fmt::format("ALTER TABLE step RENAME COLUMN {} TO {}", kName, kFormer));
    Execute(
        fmt::format("UPDATE chunk SET \"column\" = '{}' WHERE \"column\" = '{}'", kFormer, kName));
  }

  std::vector<std::string> Columns() const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database, "SELECT name FROM pragma_table_info('step')");
    std::vector<std::string> names;
    while (query.executeStep()) names.push_back(query.getColumn(0).getString());
    return names;
  }

  std::int64_t ChunksOf(const char* column) const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database, "SELECT count(*) FROM chunk WHERE \"column\" = ?");
    query.bind(1, column);
    query.executeStep();
    return query.getColumn(0).getInt64();
  }
};

void ExpectTheValues(RecordReader& reader) {
  EXPECT_EQ(Must(reader.Rows(4, 4)).at(0).Get(kName), 0.25);
  const ColumnRange range = Must(reader.Column(kName, 1, kSteps));
  ASSERT_EQ(range.values.size(), static_cast<std::size_t>(kSteps));
  EXPECT_EQ(range.values[1], 0.5);
  EXPECT_EQ(range.values.back(), 1.0 / kSteps);
  EXPECT_EQ(Must(reader.ColumnExtremes(kName)).maximum, 1.0);
  EXPECT_EQ(Must(reader.LastValue(kName)), 1.0 / kSteps);
}

TEST_F(FormerNamesTest, OfAnOlderRecordAreReadUnderTheNewName) {
  RecordReader reader = Reader();
  ExpectTheValues(reader);
  EXPECT_THAT(Columns(), Contains(kFormer)) << "reading changes nothing";
}

TEST_F(FormerNamesTest, BecomeTheNewNameOnceTheRecordIsWrittenOn) {
  {
    RecordWriter writer = Must(RecordWriter::Open(file_));
    Must(writer.AppendStep(Step(kSteps + 1, 1.0)));
    Must(writer.Close(RunState::kFinished));
  }
  EXPECT_THAT(Columns(), Contains(kName));
  EXPECT_THAT(Columns(), Not(Contains(kFormer)));
  EXPECT_EQ(ChunksOf(kName), 1);
  EXPECT_EQ(ChunksOf(kFormer), 0);
  RecordReader reader = Reader();
  ExpectTheValues(reader);
}

TEST_F(FormerNamesTest, DoNotStopAReaderThatHadTheRecordOpenWhenItWasWrittenOn) {
  Execute("PRAGMA journal_mode=WAL");
  SQLite::Database holds_the_log_open(file_.string(), SQLite::OPEN_READWRITE);
  holds_the_log_open.exec("UPDATE meta SET value = 'running' WHERE key = 'state'");
  RecordReader reader = Reader();
  ExpectTheValues(reader);
  const RecordWriter writer = Must(RecordWriter::Open(file_));
  ExpectTheValues(reader);
}

TEST_F(FormerNamesTest, GiveWayWhereARecordHasBoth) {
  Execute(fmt::format("ALTER TABLE step ADD COLUMN {} REAL", kName));
  Execute(fmt::format("UPDATE step SET {} = 7", kName));
  Must(Must(RecordWriter::Open(file_)).Close(RunState::kFinished));
  EXPECT_EQ(Must(Reader().Rows(4, 4)).at(0).Get(kName), 7.0);
}

TEST_F(FormerNamesTest, AreNamesOfNoColumnOfARecordThatHasTheNewOne) {
  Must(Must(RecordWriter::Open(file_)).Close(RunState::kFinished));
  EXPECT_THAT(Reader().Column(kFormer, 1, 2).error().message, HasSubstr("has no column"));
}

}  // namespace
}  // namespace mhc
