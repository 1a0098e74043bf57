// Finished spans of 4,096 steps are folded into chunks; whatever a reader answers is the same with
// and without them.
#include <cmath>
#include <limits>

#include "record_fixture.h"

namespace mhc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class ChunksTest : public RecordTest {
 protected:
  // A column with everything in it: finite, NaN, infinite, and at most steps nothing.
  static StepRecord Mixed(std::int64_t step, double offset) {
    StepRecord record = Step(step, offset + std::sin(static_cast<double>(step)));
    if (step % 1000 == 3) record.Set("loss", kNaN);
    if (step % 1500 == 7) record.Set("loss", kInfinity);
    if (step % 900 == 0) record.Set("validation_loss", static_cast<double>(step));
    return record;
  }

  // Two segments; the second begins inside a span of the first.
  void WriteTwoSegments() const {
    RecordWriter writer = NewRecord();
    for (std::int64_t step = 1; step <= 9000; ++step) Must(writer.AppendStep(Mixed(step, 0.0)));
    Must(writer.BeginSegment(5000, "resume"));
    for (std::int64_t step = 5001; step <= 8500; ++step) Must(writer.AppendStep(Mixed(step, 10.0)));
    Must(writer.Close(RunState::kStopped));
  }

  std::int64_t ChunkCount() const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
    return database.execAndGet("SELECT count(*) FROM chunk").getInt64();
  }

  static void ExpectSame(const std::vector<double>& one, const std::vector<double>& other) {
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(one[i] == other[i] || (std::isnan(one[i]) && std::isnan(other[i])))
          << "at " << i << ": " << one[i] << " and " << other[i];
    }
  }

  static void ExpectSameAnswers(RecordReader& one, RecordReader& other) {
    for (const char* column : {"loss", "validation_loss", "stream_gain"}) {
      for (const auto& [first, last] :
           {std::pair{1, 100000}, {4090, 4100}, {4999, 5002}, {8192, 8193}}) {
        const auto a = Must(one.Column(column, first, last));
        const auto b = Must(other.Column(column, first, last));
        EXPECT_EQ(a.first_step, b.first_step);
        ExpectSame(a.values, b.values);
      }
      const Extremes a = Must(one.ColumnExtremes(column));
      const Extremes b = Must(other.ColumnExtremes(column));
      EXPECT_EQ(a.minimum, b.minimum);
      EXPECT_EQ(a.maximum, b.maximum);
      EXPECT_EQ(a.finite, b.finite);
      EXPECT_EQ(a.non_finite, b.non_finite);
      EXPECT_EQ(Must(one.LastValue(column)), Must(other.LastValue(column)));
    }
  }
};

TEST_F(ChunksTest, ColumnsReadThroughChunksEqualTheRows) {
  WriteTwoSegments();
  ASSERT_GT(ChunkCount(), 0);
  RecordReader with_chunks = Reader();
  const std::filesystem::path other = folder_ / "rows.sqlite";
  std::filesystem::copy_file(file_, other);
  {
    SQLite::Database database(other.string(), SQLite::OPEN_READWRITE);
    database.exec("DELETE FROM chunk");
  }
  RecordReader rows_only = Must(RecordReader::Open(other));
  ExpectSameAnswers(with_chunks, rows_only);

  const auto loss = Must(with_chunks.Column("loss", 1, 100000));
  const auto rows = Must(with_chunks.Rows(1, 100000));
  ASSERT_EQ(loss.values.size(), 8500u);
  std::vector<double> from_rows;
  for (const StepRecord& row : rows) from_rows.push_back(row.Get("loss").value_or(kNaN));
  ExpectSame(loss.values, from_rows);
  EXPECT_EQ(Must(with_chunks.LastValue("validation_loss")), 8100.0);
}

TEST_F(ChunksTest, RebuiltChunksEqualThoseThatTheWriterFolded) {
  WriteTwoSegments();
  const auto digest = [&] {
    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database,
                            "SELECT segment, \"column\", first_step, count, finite, non_finite, "
                            "minimum, maximum, hex(data) FROM chunk ORDER BY 1, 2, 3");
    std::string text;
    while (query.executeStep()) {
      for (int i = 0; i < query.getColumnCount(); ++i) {
        text += query.getColumn(i).getString() + "|";
      }
    }
    return text;
  };
  const std::string folded = digest();
  Execute("DELETE FROM chunk");
  RecordWriter writer = Must(RecordWriter::Open(file_));
  EXPECT_TRUE(Must(writer.MendIndex()));
  EXPECT_FALSE(Must(writer.MendIndex()));
  Must(writer.Close(RunState::kStopped));
  EXPECT_EQ(digest(), folded);
}

TEST_F(ChunksTest, AChunkThatIsDamagedIsLeftAsideForTheRows) {
  WriteTwoSegments();
  RecordReader before = Reader();
  const auto expected = Must(before.Column("loss", 1, 100000));
  Execute("UPDATE chunk SET data = x'0102' WHERE segment = 0");
  RecordReader reader = Reader();
  ExpectSame(Must(reader.Column("loss", 1, 100000)).values, expected.values);
}

TEST_F(ChunksTest, SpansAreFoldedInTheTransactionOfTheirLastStep) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 4095, 5000.0);
  Must(writer.Sync());
  EXPECT_EQ(ChunkCount(), 0);
  AppendSteps(writer, 4096, 4096, 5000.0);
  EXPECT_EQ(ChunkCount(), static_cast<std::int64_t>(StepColumns().size()));
}

TEST_F(ChunksTest, TheNewestValueIsFoundAcrossSpansInWhichNothingWasMeasured) {
  RecordWriter writer = NewRecord();
  StepRecord first = Step(2, 1.0);
  first.Set("validation_loss", 0.5);
  Must(writer.AppendStep(Step(1, 1.0)));
  Must(writer.AppendStep(first));
  AppendSteps(writer, 3, 10000, 0.0);
  EXPECT_EQ(Must(Reader().LastValue("validation_loss")), 0.5);
  EXPECT_EQ(Must(Reader().LastValue("stream_gain")), std::nullopt);
}

TEST_F(ChunksTest, ExtremesCountNonFiniteValuesAndDoNotAverageThemAway) {
  RecordWriter writer = NewRecord();
  for (const double loss : {3.0, kNaN, 1.0, kInfinity, 2.0}) {
    static std::int64_t step = 0;
    Must(writer.AppendStep(Step(++step, loss)));
  }
  const Extremes extremes = Must(Reader().ColumnExtremes("loss"));
  EXPECT_EQ(extremes.minimum, 1.0);
  EXPECT_EQ(extremes.maximum, 3.0);
  EXPECT_EQ(extremes.finite, 3);
  EXPECT_EQ(extremes.non_finite, 2);
}

TEST_F(ChunksTest, AColumnThatNoRecordHasIsRefusedWithThoseThereAre) {
  { NewRecord(); }
  const auto column = Reader().Column("los", 1, 10);
  ASSERT_FALSE(column.has_value());
  EXPECT_THAT(column.error().message, testing::HasSubstr("gradient_norm"));
}

TEST_F(ChunksTest, AColumnOfARecordWithoutRowsIsEmpty) {
  { NewRecord(); }
  EXPECT_TRUE(Must(Reader().Column("loss", 1, 10)).values.empty());
  EXPECT_EQ(Must(Reader().ColumnExtremes("loss")).finite, 0);
}

}  // namespace
}  // namespace mhc
