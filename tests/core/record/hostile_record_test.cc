// Records of strangers: each opens with one clear sentence, or gives up one, and harms nothing.
#include <filesystem>
#include <random>

#include "core/record/record/snapshot_kinds.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class HostileRecordTest : public RecordTest {
 protected:
  void WriteRecord() const {
    RecordWriter writer = NewRecord();
    for (std::int64_t step = 1; step <= 20; ++step) {
      StepRecord record = Step(step, 1.0);
      record.snapshots = {{"res_mean", {2, 2, 2}, std::vector<float>(8, 0.5f)}};
      Must(writer.AppendStep(record));
    }
    Intervention intervention;
    intervention.request.id = "t-1";
    intervention.request.kind = "iterations";
    intervention.request.value = std::int64_t{5};
    intervention.applied = true;
    Must(writer.AppendIntervention(intervention));
    Must(writer.Close(RunState::kFinished));
  }

  // A record that was changed by `sql` behind our back.
  void WriteChanged(const std::string& sql) const {
    WriteRecord();
    Execute(sql);
  }

  void ExpectRefused(const std::string& reason) const {
    const auto reader = RecordReader::Open(file_);
    ASSERT_FALSE(reader.has_value());
    EXPECT_THAT(reader.error().message,
                AllOf(HasSubstr(file_.string()), HasSubstr(reason), Not(HasSubstr("\n"))));
    EXPECT_FALSE(RecordWriter::Open(file_).has_value());
  }

  // Everything that a reader can be asked; no answer may be a crash.
  static std::string FirstError(RecordReader& reader) {
    std::string first;
    const auto note = [&](const auto& result) {
      if (!result && first.empty()) first = result.error().message;
    };
    note(reader.Description());
    note(reader.State());
    note(reader.Segments());
    note(reader.LastStep());
    note(reader.Rows(1, 1000000));
    note(reader.RowsAfter(0, 0, 100));
    note(reader.Column("loss", 1, INT64_MAX));
    note(reader.ColumnExtremes("loss"));
    note(reader.LastValue("validation_loss"));
    note(reader.SnapshotAt("res_mean", INT64_MAX));
    note(reader.SnapshotSteps("res_mean"));
    note(reader.Interventions());
    note(reader.Alerts());
    note(reader.Checkpoints());
    return first;
  }

  void ExpectErrorInside(const std::string& reason) const {
    auto reader = RecordReader::Open(file_);
    ASSERT_TRUE(reader.has_value()) << reader.error().message;
    EXPECT_THAT(FirstError(*reader), AllOf(HasSubstr(file_.string()), HasSubstr(reason)));
  }
};

TEST_F(HostileRecordTest, ANewerSchemaIsRefusedWithBothVersions) {
  WriteChanged("UPDATE meta SET value = '7' WHERE key = 'schema_version'");
  ExpectRefused("schema version 7, this program reads up to version 1");
}

TEST_F(HostileRecordTest, AnEmptyFileIsNotARecord) {
  WriteFile(file_, "");
  ExpectRefused("the database of another program");
}

TEST_F(HostileRecordTest, RandomBytesAreNotARecord) {
  std::mt19937 random(1);
  std::string bytes(10000, ' ');
  for (char& byte : bytes) byte = static_cast<char>(random());
  WriteFile(file_, bytes);
  ExpectRefused("not an SQLite database");
}

TEST_F(HostileRecordTest, TheDatabaseOfAnotherProgramIsNotARecord) {
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE places (url TEXT)");
  ExpectRefused("the database of another program");
}

TEST_F(HostileRecordTest, ARecordCutShortAnywhereIsAnErrorAndNotACrash) {
  WriteRecord();
  const std::string whole = ReadFile(file_);
  for (std::size_t size = 0; size < whole.size(); size += 1371) {
    WriteFile(file_, whole.substr(0, size));
    auto reader = RecordReader::Open(file_);
    const std::string error = reader ? FirstError(*reader) : reader.error().message;
    EXPECT_THAT(error, HasSubstr(file_.string())) << "cut at " << size;
  }
}

TEST_F(HostileRecordTest, ARecordWithFlippedBytesIsReadOrRefusedAndNeverACrash) {
  WriteRecord();
  const std::string whole = ReadFile(file_);
  std::mt19937 random(2);
  for (int trial = 0; trial < 300; ++trial) {
    std::string bytes = whole;
    for (int flip = 0; flip < 20; ++flip) bytes[random() % bytes.size()] = char(random());
    WriteFile(file_, bytes);
    auto reader = RecordReader::Open(file_);
    const std::string error = reader ? FirstError(*reader) : reader.error().message;
    EXPECT_THAT(error, AnyOf(IsEmpty(), HasSubstr(file_.string())));
  }
}

TEST_F(HostileRecordTest, ALinkOrAFolderIsNotFollowed) {
  WriteRecord();
  const std::filesystem::path elsewhere = folder_ / "elsewhere.sqlite";
  std::filesystem::rename(file_, elsewhere);
  std::filesystem::create_symlink(elsewhere, file_);
  ExpectRefused("a symbolic link");
  std::filesystem::remove(file_);
  std::filesystem::create_directory(file_);
  ExpectRefused("not a file");
}

TEST_F(HostileRecordTest, AViewInPlaceOfATableIsRefused) {
  WriteChanged(
      "DROP TABLE alert; CREATE VIEW alert AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
      "i + 1 FROM n) SELECT i AS number, 0 AS segment, i AS step, '' AS kind, '' AS text, 0 AS "
      "time FROM n");
  ExpectRefused("alert is not an ordinary table");
}

TEST_F(HostileRecordTest, AComputedColumnIsRefused) {
  WriteChanged("ALTER TABLE step ADD COLUMN bomb AS (zeroblob(1000000000))");
  ExpectRefused("a column that is computed");
}

TEST_F(HostileRecordTest, AMissingTableOrColumnIsNamed) {
  WriteChanged("ALTER TABLE checkpoint RENAME COLUMN removed TO gone");
  ExpectRefused("table checkpoint has no column removed");
  Execute("DROP TABLE checkpoint");
  ExpectRefused("table checkpoint is missing");
}

TEST_F(HostileRecordTest, AnArrayThatDoesNotFitItsShapeIsAnError) {
  WriteChanged("UPDATE snapshot SET shape = '2,2,3'");
  ExpectErrorInside("shape \"2,2,3\" holds 32 bytes");
}

TEST_F(HostileRecordTest, AShapeThatOverflowsIsAnError) {
  WriteChanged("UPDATE snapshot SET shape = '4294967296,4294967296,2'");
  ExpectErrorInside("which do not fit it");
  Execute("UPDATE snapshot SET shape = '9223372036854775807,9223372036854775807'");
  ExpectErrorInside("which do not fit it");
  Execute("UPDATE snapshot SET shape = '99999999999999999999'");
  ExpectErrorInside("expected sizes like");
  Execute("UPDATE snapshot SET shape = '-2,-4'");
  ExpectErrorInside("expected sizes like");
  Execute("UPDATE snapshot SET shape = '1,1,1,1,1,1,1,1,8'");
  ExpectErrorInside("expected sizes like");
}

TEST_F(HostileRecordTest, AScalarThatIsATextIsAnError) {
  WriteChanged("UPDATE step SET loss = 'much' WHERE step = 3");
  ExpectErrorInside("column loss holds something else");
}

TEST_F(HostileRecordTest, AStepBeyondAllStepsAllocatesNothing) {
  WriteChanged("UPDATE step SET step = 9000000000000000000 WHERE step = 20");
  ExpectErrorInside("stand in a file of");
}

TEST_F(HostileRecordTest, ChunksThatClaimTooMuchAreNotBelieved) {
  WriteChanged(
      "INSERT INTO chunk VALUES (0, 'loss', 1, 9000000000000000000, 5, 0, 0, 1, zeroblob(80)),"
      "(0, 'loss', 5, 4096, 4096, 0, 0, 1, zeroblob(80)),"
      "(0, 'loss', -9000000000000000000, 4096, 1, 0, 0, 1, zeroblob(80))");
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.Column("loss", 1, 100)).values, std::vector<double>(20, 1.0));
}

TEST_F(HostileRecordTest, DamagedMetaIsAnErrorThatNamesTheKey) {
  WriteChanged("UPDATE meta SET value = 'many' WHERE key = 'sites'");
  ExpectErrorInside("meta sites is \"many\"");
}

TEST_F(HostileRecordTest, AnUnknownStateIsAnError) {
  WriteChanged("UPDATE meta SET value = 'asleep' WHERE key = 'state'");
  ExpectErrorInside("the state is \"asleep\"");
}

TEST_F(HostileRecordTest, InterventionsOfAStrangerAreCheckedFieldByField) {
  WriteChanged("UPDATE intervention SET value = 'lots'");
  ExpectErrorInside("intervention value");
  Execute("UPDATE intervention SET value = '5', sites = '0-99999999999'");
  ExpectErrorInside("intervention sites");
  Execute("UPDATE intervention SET sites = '', transfer = 'magic'");
  ExpectErrorInside("intervention transfer");
  Execute("UPDATE intervention SET transfer = 'match_matrix', matrix_jump_by_site = '[[[['");
  ExpectErrorInside("matrix_jump_by_site");
}

TEST_F(HostileRecordTest, TriggersOfAStrangerDoNotRunWhenTheRunGoesOn) {
  WriteChanged("CREATE TRIGGER wipe AFTER UPDATE ON meta BEGIN DELETE FROM step; END");
  RecordWriter writer = Must(RecordWriter::Open(file_));
  Must(writer.SetState(RunState::kRunning));
  EXPECT_EQ(Must(Reader().LastStep()), 20);
}

TEST_F(HostileRecordTest, AnOlderRecordWithoutAColumnOpensWithItEmpty) {
  WriteChanged("ALTER TABLE step DROP COLUMN stream_cosine; DELETE FROM chunk");
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.Rows(1, 1)).at(0).Get("stream_cosine"), std::nullopt);
  EXPECT_EQ(Must(reader.Rows(1, 1)).at(0).Get("loss"), 1.0);
  EXPECT_EQ(Must(reader.Column("stream_cosine", 1, 20)).values.size(), 20u);
  EXPECT_EQ(Must(reader.ColumnExtremes("stream_cosine")).finite, 0);
  EXPECT_EQ(Must(reader.LastValue("stream_cosine")), std::nullopt);
}

TEST_F(HostileRecordTest, AnOlderRecordIsGivenTheMissingColumnWhenItIsWrittenOn) {
  WriteChanged("ALTER TABLE step DROP COLUMN stream_cosine; DELETE FROM chunk");
  RecordWriter writer = Must(RecordWriter::Open(file_));
  StepRecord step = Step(21, 1.0);
  step.Set("stream_cosine", 0.75);
  Must(writer.AppendStep(step));
  EXPECT_EQ(Must(Reader().LastValue("stream_cosine")), 0.75);
}

TEST_F(HostileRecordTest, AnOlderRecordWithoutAKindOfSnapshotHasNoneOfIt) {
  {
    RecordWriter writer = NewRecord();
    StepRecord step = Step(1, 2.0);
    step.snapshots = {{"res_mean", {1, 2, 2}, {1.0f, 0.0f, 0.0f, 1.0f}}};
    Must(writer.AppendStep(step));
    Must(writer.Close(RunState::kFinished));
  }
  RecordReader reader = Reader();
  for (const SnapshotKind& kind : SnapshotKinds()) {
    const std::string name(kind.name);
    const bool is_there = name == "res_mean";
    EXPECT_EQ(Must(reader.SnapshotAt(name, 1)).has_value(), is_there) << name;
    EXPECT_EQ(Must(reader.SnapshotSteps(name)).size(), is_there ? 1u : 0u) << name;
  }
}

TEST_F(HostileRecordTest, AColumnThatWeDoNotKnowIsReadableByName) {
  WriteChanged("ALTER TABLE step ADD COLUMN novelty REAL; UPDATE step SET novelty = step * 2");
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.Column("novelty", 20, 20)).values, std::vector<double>{40.0});
  EXPECT_EQ(Must(reader.Rows(20, 20)).at(0).Get("loss"), 1.0);
}

TEST_F(HostileRecordTest, AColumnNameIsNeverSql) {
  WriteRecord();
  EXPECT_FALSE(Reader().Column("loss\" FROM meta; --", 1, 10).has_value());
}

}  // namespace
}  // namespace mhc
