// A record that is another one than before: nothing of the old one is shown.
#include <gmock/gmock.h>

#include <QTemporaryDir>
#include <QTest>

#include "tests/widgets/written_run.h"
#include "widgets/document/run_selection.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard

class RunAnewTest : public testing::Test {
 protected:
  WrittenRun Wished(const std::string& id) const {
    return {folder_.path().toStdString() + "/run", id};
  }
  // With an intervention, an alert, a checkpoint and maps at step 20.
  WrittenRun Full(const std::string& id) const {
    WrittenRun run = Wished(id);
    run.also = [](RecordWriter& writer) {
      Intervention change;
      change.number = 1;
      change.step = 10;
      change.request.id = "change";
      change.request.kind = "learning_rate";
      change.request.value = 1e-4;
      change.value_text = "1e-4";
      change.applied = true;
      ASSERT_TRUE(writer.AppendIntervention(change));
      ASSERT_TRUE(writer.AppendAlert(12, "gain", "the gain is large"));
      ASSERT_TRUE(writer.AppendCheckpoint(20, "regular"));
      ASSERT_TRUE(writer.ReplaceSnapshot(20, MapsOf(0.25f)));
    };
    return run;
  }
  RunDocument& Open(const WrittenRun& run) {
    RunDocument& opened = runs_.Open(run.path);
    EXPECT_TRUE(QTest::qWaitFor([&] { return opened.loaded() && opened.last_step() == run.steps; },
                                kLimit_ms));
    opened.HistoryOf("res_mean");
    EXPECT_TRUE(
        QTest::qWaitFor([&] { return opened.SnapshotAt("res_mean", 40) != nullptr; }, kLimit_ms));
    EXPECT_TRUE(
        QTest::qWaitFor([&] { return opened.HistoryOf("res_mean") != nullptr; }, kLimit_ms));
    return opened;
  }
  static void ExpectNothingOfTheOldOne(RunDocument& run) {
    EXPECT_TRUE(run.interventions().empty());
    EXPECT_TRUE(run.alerts().empty());
    EXPECT_TRUE(run.checkpoints().empty());
    EXPECT_EQ(run.SnapshotAt("res_mean", 40), nullptr);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !run.AwaitsSnapshot("res_mean", 40); }, kLimit_ms));
    EXPECT_EQ(run.SnapshotAt("res_mean", 40), nullptr);
    EXPECT_EQ(run.HistoryOf("res_mean"), nullptr);
  }

  QTemporaryDir folder_;
  RunSelection runs_;
};

TEST_F(RunAnewTest, ARunThatIsDeletedAndMadeAgainAtOnceIsTheNewOne) {
  Write(Full("old"));
  RunDocument& run = Open(Full("old"));
  const auto key = run.key();
  std::filesystem::remove_all(run.path());
  WrittenRun other = Wished("new");
  other.steps = 40;
  other.loss = 7.0;
  Write(other);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.description().id == "new"; }, kLimit_ms));
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.last_step() == 40; }, kLimit_ms));
  EXPECT_EQ(run.Of("loss").At(5), 7.0);
  EXPECT_NE(run.key(), key) << "views keep what they made of a run by its key";
  ExpectNothingOfTheOldOne(run);
}

TEST_F(RunAnewTest, ARunThatIsMadeAgainAfterItCouldNotBeReadIsTheNewOne) {
  Write(Full("old"));
  RunDocument& run = Open(Full("old"));
  std::filesystem::remove_all(run.path());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run.error().isEmpty(); }, kLimit_ms));
  WrittenRun other = Wished("new");
  other.steps = 3;
  Write(other);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.error().isEmpty(); }, kLimit_ms));
  EXPECT_EQ(run.last_step(), 3);
  ExpectNothingOfTheOldOne(run);
}

// The bytes of another record in the same file.
TEST_F(RunAnewTest, ARecordThatIsWrittenOverTheOpenOneIsTheNewOne) {
  Write(Full("old"));
  RunDocument& run = Open(Full("old"));
  WrittenRun other = Wished("new");
  other.path += "-other";
  other.steps = 3;
  Write(other);
  std::filesystem::copy_file(other.path / "record.sqlite", run.path() / "record.sqlite",
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.description().id == "new"; }, kLimit_ms));
  EXPECT_EQ(run.last_step(), 3);
  ExpectNothingOfTheOldOne(run);
}

TEST_F(RunAnewTest, ARunThatIsRolledBackWhileItCannotBeReadShowsNothingOfWhatIsUndone) {
  Write(Full("run"));
  RunDocument& run = Open(Full("run"));
  const std::filesystem::path elsewhere = run.path().string() + "-moved";
  std::filesystem::rename(run.path(), elsewhere);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run.error().isEmpty(); }, kLimit_ms));
  {
    auto writer = RecordWriter::Open(elsewhere / "record.sqlite");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->BeginSegment(15, "resume"));
    ASSERT_TRUE(writer->Close(RunState::kStopped));
  }
  std::filesystem::rename(elsewhere, run.path());
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.error().isEmpty(); }, kLimit_ms));
  EXPECT_EQ(run.last_step(), 15);
  EXPECT_EQ(run.SnapshotAt("res_mean", 40), nullptr);
  EXPECT_EQ(run.HistoryOf("res_mean"), nullptr);
}

}  // namespace
}  // namespace mhc
