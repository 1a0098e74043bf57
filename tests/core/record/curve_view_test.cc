// The view `curve`: a run without its repeats, for readers with plain SQL.
#include <fstream>

#include "core/record/record/record_schema.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CurveViewTest : public RecordTest {
 protected:
  static std::vector<double> Losses(SQLite::Database& database) {
    std::vector<double> losses;
    SQLite::Statement query(database, "SELECT step, loss FROM curve");
    while (query.executeStep()) {
      EXPECT_EQ(query.getColumn(0).getInt64(), static_cast<std::int64_t>(losses.size()) + 1);
      losses.push_back(query.getColumn(1).getDouble());
    }
    return losses;
  }
  std::vector<double> Losses() const {
    SQLite::Database database(file_.string());
    return Losses(database);
  }
  void Execute(const std::string& sql) const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec(sql);
  }
};

TEST_F(CurveViewTest, HasTheRowsThatOurReaderShowsAndNoOthers) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 6, 100.0);
  EXPECT_THAT(Losses(), ElementsAre(99, 98, 97, 96, 95, 94));
  Must(writer.BeginSegment(4, "resume"));
  EXPECT_THAT(Losses(), ElementsAre(99, 98, 97, 96));
  AppendSteps(writer, 5, 8, 200.0);
  Must(writer.BeginSegment(2, "roll_back"));
  AppendSteps(writer, 3, 4, 300.0);
  EXPECT_THAT(Losses(), ElementsAre(99, 98, 297, 296));
  EXPECT_EQ(Losses(), Must(Reader().Column("loss", 1, 100)).values);
}

TEST_F(CurveViewTest, HasTheColumnsOfTheTableUnderTheirNames) {
  NewRecord();
  SQLite::Database database(file_.string());
  EXPECT_EQ(ColumnsOf(database, "curve"), ColumnsOf(database, "step"));
}

TEST_F(CurveViewTest, AnOlderRecordGetsItWhenItsRunGoesOnAndKeepsItsVersion) {
  AppendSteps(*std::make_unique<RecordWriter>(NewRecord()), 1, 3, 100.0);
  Execute("DROP VIEW curve; ALTER TABLE step DROP COLUMN stream_cosine");
  RecordWriter writer = Must(RecordWriter::Open(file_));
  Must(writer.BeginSegment(1, "resume"));
  Must(writer.AppendStep(Step(2, 7.0)));
  EXPECT_THAT(Losses(), ElementsAre(99, 7));
  SQLite::Database database(file_.string());
  EXPECT_EQ(ColumnsOf(database, "curve").back(), "stream_cosine");
  EXPECT_EQ(database.execAndGet("SELECT value FROM meta WHERE key = 'schema_version'").getString(),
            "1");
}

TEST_F(CurveViewTest, AViewOfAStrangerIsReplacedAndATableOfThatNameLeftAlone) {
  AppendSteps(*std::make_unique<RecordWriter>(NewRecord()), 1, 2, 100.0);
  Execute("DROP VIEW curve; CREATE VIEW Curve AS SELECT 1 AS step, 666.0 AS loss");
  Must(RecordWriter::Open(file_));
  EXPECT_THAT(Losses(), ElementsAre(99, 98));
  Execute("DROP VIEW curve; CREATE TABLE curve (step, loss); INSERT INTO curve VALUES (1, 5.0)");
  Must(RecordWriter::Open(file_));
  EXPECT_THAT(Losses(), ElementsAre(5));
}

// Whatever a stranger calls `curve`, what we show comes from the tables.
TEST_F(CurveViewTest, OurReaderDoesNotLookAtIt) {
  AppendSteps(*std::make_unique<RecordWriter>(NewRecord()), 1, 2, 100.0);
  Execute(
      "DROP VIEW curve; CREATE VIEW curve AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + "
      "1 FROM n) SELECT i AS step, 666.0 AS loss FROM n");
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.LastStep()), 2);
  EXPECT_EQ(Must(reader.Column("loss", 1, 100)).values, (std::vector<double>{99, 98}));
  EXPECT_EQ(Must(reader.RowsFrom(1, 10)).size(), 2u);
}

TEST_F(CurveViewTest, IsTheOneThatTheFormatsDocumentSays) {
  NewRecord();
  std::ifstream file(std::string(MHC_SOURCE_DIR) + "/core/record/FORMAT.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  SQLite::Database database(file_.string());
  EXPECT_THAT(
      document,
      HasSubstr(
          database.execAndGet("SELECT sql FROM sqlite_schema WHERE name = 'curve'").getString() +
          ";\n"));
}

}  // namespace
}  // namespace mhc
