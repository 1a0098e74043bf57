// Records are read live, finished, killed, and from places that may not be written.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OpeningTest : public RecordTest {
 protected:
  // Runs `body` in a child; it ends in Die(), so that nothing of it is closed.
  template <class Body>
  static void InKilledProcess(Body body) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        body();
      } catch (...) {
        _exit(1);
      }
      _exit(2);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed before it was killed";
  }

  static void Die() { kill(getpid(), SIGKILL); }

  // Runs `body` in a child that may not write the folder, whoever runs the tests. The owner lets
  // others read what is in it.
  template <class Body>
  void InReadOnlyFolder(Body body) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::filesystem::permissions(entry, std::filesystem::perms(0644));
    }
    std::filesystem::permissions(folder_, std::filesystem::perms(0555));
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(2);
      try {
        _exit(body() ? 0 : 1);
      } catch (const std::exception& error) {
        fprintf(stderr, "%s\n", error.what());
        _exit(3);
      }
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
};

TEST_F(OpeningTest, AFinishedRecordIsReadWithoutMakingAnyFile) {
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    Must(writer.Close(RunState::kFinished));
  }
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.LastStep()), 3);
  EXPECT_THAT(FilesInFolder(), ElementsAre("record.sqlite"));
}

TEST_F(OpeningTest, AReaderFollowsALiveWriter) {
  RecordWriter writer = NewRecord();
  RecordReader reader = Reader();
  EXPECT_TRUE(Must(reader.Changed()));
  EXPECT_FALSE(Must(reader.Changed()));
  for (std::int64_t step = 1; step <= 5; ++step) {
    Must(writer.AppendStep(Step(step, 1.0)));
    EXPECT_TRUE(Must(reader.Changed()));
    EXPECT_EQ(Must(reader.LastStep()), step);
    EXPECT_FALSE(Must(reader.Changed()));
  }
}

TEST_F(OpeningTest, AReaderOfAFinishedRecordSeesThatItWasResumed) {
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    Must(writer.Close(RunState::kStopped));
  }
  RecordReader reader = Reader();
  EXPECT_TRUE(Must(reader.Changed()));
  EXPECT_FALSE(Must(reader.Changed()));
  RecordWriter writer = Must(RecordWriter::Open(file_));
  Must(writer.BeginSegment(3, "resume"));
  AppendSteps(writer, 4, 4, 10.0);
  EXPECT_TRUE(Must(reader.Changed()));
  EXPECT_EQ(Must(reader.LastStep()), 4);
  AppendSteps(writer, 5, 5, 10.0);
  EXPECT_TRUE(Must(reader.Changed()));
  EXPECT_EQ(Must(reader.LastStep()), 5);
}

TEST_F(OpeningTest, AReaderSeesOneStateWhileTheWriterGoesOn) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 10, 100.0);
  RecordReader reader = Reader();
  for (std::int64_t step = 11; step <= 200; ++step) {
    Must(writer.AppendStep(Step(step, 100.0 - static_cast<double>(step))));
    const auto rows = Must(reader.Rows(1, 1000));
    ASSERT_EQ(static_cast<std::int64_t>(rows.size()), step);
    for (const StepRecord& row : rows) {
      ASSERT_EQ(row.Get("loss"), 100.0 - static_cast<double>(row.step));
    }
  }
}

TEST_F(OpeningTest, TheStepsThatAKilledWriterCommittedAreRead) {
  InKilledProcess([&] {
    RecordWriter writer = NewRecord();
    Must(writer.SetState(RunState::kRunning));
    AppendSteps(writer, 1, 50, 100.0);
    Die();
  });
  RecordReader reader = Reader();
  EXPECT_EQ(Must(reader.LastStep()), 50);
  EXPECT_EQ(Must(reader.State()), RunState::kRunning);
  EXPECT_EQ(Must(reader.Rows(50, 50)).at(0).Get("loss"), 50.0);
}

TEST_F(OpeningTest, AWriterKilledInTheMiddleOfATransactionLeavesTheOneBefore) {
  InKilledProcess([&] {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 100.0);
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA cache_size=1; BEGIN IMMEDIATE");
    SQLite::Statement insert(database,
                             "INSERT INTO snapshot VALUES (0, 4, ?, '4', zeroblob(200000))");
    for (int i = 0; i < 20; ++i) {
      insert.reset();
      insert.bind(1, std::to_string(i));
      insert.exec();
    }
    Die();
  });
  EXPECT_EQ(Must(Reader().LastStep()), 3);
  EXPECT_FALSE(Must(Reader().SnapshotAt("1", 10)).has_value());
}

TEST_F(OpeningTest, ARecordOfAKilledWriterIsWrittenOn) {
  InKilledProcess([&] {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 10, 100.0);
    Die();
  });
  RecordWriter writer = Must(RecordWriter::Open(file_));
  Must(writer.BeginSegment(8, "resume"));
  AppendSteps(writer, 9, 9, 100.0);
  EXPECT_EQ(Must(Reader().LastStep()), 9);
}

TEST_F(OpeningTest, AFinishedRecordIsReadInAFolderThatMayNotBeWritten) {
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    Must(writer.Close(RunState::kFinished));
  }
  InReadOnlyFolder([&] { return Must(Reader().LastStep()) == 3; });
}

TEST_F(OpeningTest, ARecordOfAKilledWriterIsReadInAFolderThatMayNotBeWritten) {
  InKilledProcess([&] {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    Die();
  });
  std::filesystem::remove(folder_ / "record.sqlite-shm");
  InReadOnlyFolder([&] { return Must(Reader().LastStep()) == 3; });
  EXPECT_THAT(FilesInFolder(), ElementsAre("record.sqlite", "record.sqlite-wal"));
}

TEST_F(OpeningTest, ALiveRecordIsFollowedFromAFolderThatMayNotBeWritten) {
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 3, 10.0);
  InReadOnlyFolder([&] { return Must(Reader().LastStep()) == 3; });
  AppendSteps(writer, 4, 4, 10.0);
  InReadOnlyFolder([&] { return Must(Reader().LastStep()) == 4; });
}

TEST_F(OpeningTest, TheEmptyLogThatAnAttachedReaderLeftIsNoObstacle) {
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 3, 10.0);
    RecordReader attached = Reader();
    Must(attached.LastStep());
    Must(writer.Close(RunState::kFinished));
  }
  EXPECT_EQ(Must(Reader().LastStep()), 3);
  std::filesystem::remove(folder_ / "record.sqlite-shm");
  InReadOnlyFolder([&] { return Must(Reader().LastStep()) == 3; });
}

TEST_F(OpeningTest, ARecordAloneOfALiveRunIsReadAsFarAsItGoes) {
  const std::filesystem::path copy = folder_ / "copy.sqlite";
  RecordWriter writer = NewRecord();
  AppendSteps(writer, 1, 3, 10.0);
  Must(writer.Sync());
  SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA wal_checkpoint(FULL)");
  std::filesystem::copy_file(file_, copy);
  EXPECT_EQ(Must(Must(RecordReader::Open(copy)).LastStep()), 3);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.sqlite-wal"));
}

TEST_F(OpeningTest, NamesThatMeanSomethingInAnAddressAreNamesOfFiles) {
  const std::filesystem::path odd = folder_ / "a b?mode=memory#%41";
  std::filesystem::create_directory(odd);
  file_ = odd / "record.sqlite";
  {
    RecordWriter writer = NewRecord();
    AppendSteps(writer, 1, 2, 10.0);
    Must(writer.Close(RunState::kFinished));
  }
  EXPECT_EQ(Must(Reader().LastStep()), 2);
}

TEST_F(OpeningTest, AMissingRecordIsNamed) {
  const auto reader = RecordReader::Open(file_);
  ASSERT_FALSE(reader.has_value());
  EXPECT_THAT(reader.error().message, HasSubstr(file_.string() + ": there is no such record"));
}

}  // namespace
}  // namespace mhc
