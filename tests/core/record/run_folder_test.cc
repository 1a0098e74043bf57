#include "core/record/run/run_folder.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/record/configuration/data_source.h"
#include "core/record/configuration/home_path.h"
#include "core/record/run/run_state.h"
#include "core/record/run/run_watch.h"
#include "record_fixture.h"
#include "tests/failing_calls.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RunFolderTest : public RecordTest {
 protected:
  static Configuration Tiny() {
    return Must(ParseConfiguration("name = \"tiny\"\n[model]\nblocks = 2\n[train]\nsteps = 30\n",
                                   "test", {}));
  }

  RunFolder NewRun(const std::string& name, RunState state = RunState::kFinished) const {
    RunFolder run = Must(RunFolder::Create(folder_ / name, Tiny()));
    RecordWriter writer = Must(RecordWriter::Create(run.record_path(), Description()));
    Must(writer.Close(state));
    return run;
  }

  // A child that holds the run's lock until its pipe is closed.
  struct Child {
    pid_t process = 0;
    int hold = -1;
  };
  static Child HoldLock(const RunFolder& run) {
    int ready[2], hold[2];
    if (pipe(ready) != 0 || pipe(hold) != 0) return {};
    const pid_t process = fork();
    if (process == 0) {
      close(hold[1]);
      const auto lock = run.Lock();
      char byte = lock ? 'y' : 'n';
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      if (read(hold[0], &byte, 1) < 0) _exit(1);
      _exit(0);
    }
    close(hold[0]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    close(ready[0]);
    close(ready[1]);
    return {process, hold[1]};
  }
  static void Kill(const Child& child) {
    kill(child.process, SIGKILL);
    int status = 0;
    waitpid(child.process, &status, 0);
    close(child.hold);
  }
};

TEST_F(RunFolderTest, ANewRunHasItsConfigurationAndAnInboxThatOnlyItsOwnerMayUse) {
  const RunFolder run = Must(RunFolder::Create(folder_ / "run", Tiny()));
  EXPECT_TRUE(std::filesystem::is_directory(run.checkpoints_path()));
  EXPECT_EQ(std::filesystem::status(run.inbox_path()).permissions(),
            std::filesystem::perms::owner_all);
  const Configuration read =
      Must(ParseConfiguration(ReadFile(folder_ / "run" / "run.toml"), "run.toml", {}));
  EXPECT_EQ(ToToml(read), ToToml(Tiny()));
  EXPECT_THAT(FilesInFolder(), ElementsAre("run"));
}

TEST_F(RunFolderTest, ATargetThatExistsIsRefusedAndLeftAsItWas) {
  std::filesystem::create_directory(folder_ / "run");
  const auto run = RunFolder::Create(folder_ / "run", Tiny());
  ASSERT_FALSE(run.has_value());
  EXPECT_THAT(run.error().message, HasSubstr("exists already"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "run"));
  EXPECT_THAT(FilesInFolder(), ElementsAre("run"));
}

TEST_F(RunFolderTest, ADanglingLinkInPlaceOfTheTargetIsRefused) {
  std::filesystem::create_symlink(folder_ / "nowhere", folder_ / "run");
  EXPECT_FALSE(RunFolder::Create(folder_ / "run", Tiny()).has_value());
  EXPECT_THAT(FilesInFolder(), ElementsAre("run"));
}

TEST_F(RunFolderTest, MissingFoldersAboveARunAreMade) {
  Must(RunFolder::Create(folder_ / "a" / "b" / "run", Tiny()));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a" / "b" / "run" / "run.toml"));
}

TEST_F(RunFolderTest, ARunThatCannotBeMadeLeavesNothingBehind) {
  const std::string too_long(300, 'x');
  const auto run = RunFolder::Create(folder_ / "a" / too_long, Tiny());
  ASSERT_FALSE(run.has_value());
  EXPECT_THAT(FilesInFolder(), IsEmpty());
}

TEST_F(RunFolderTest, AFillingThatFailsLeavesNothingBehind) {
  const auto run = RunFolder::Create(
      folder_ / "a" / "run", Tiny(),
      [](const RunFolder&, RunLock) -> Status { return Fail("the record cannot be made"); });
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().message, "the record cannot be made");
  EXPECT_THAT(FilesInFolder(), IsEmpty());
}

TEST_F(RunFolderTest, WhicheverCallFailsWhileARunIsMadeItIsNotThere) {
  for (std::int64_t k = 1;; ++k) {
    bool made = false;
    {
      const FailingCalls failing({.from = k, .to = k});
      made = RunFolder::Create(folder_ / "run", Tiny()).has_value();
      if (failing.seen() < k) break;
    }
    // Only the sync of the names above it fails after the rename.
    const bool there = std::filesystem::exists(folder_ / "run");
    EXPECT_FALSE(made) << k;
    EXPECT_LE(FilesInFolder().size(), there ? 1u : 0u) << k;
    std::filesystem::remove_all(folder_ / "run");
  }
}

TEST_F(RunFolderTest, WhatAKillLeftOfAnEarlierTryIsSweptAwayAndALiveOneIsNot) {
  const auto try_to_make = [&](const char* digits) {
    const auto folder = folder_ / fmt::format(".run.{}.partial", digits);
    std::filesystem::create_directory(folder);
    WriteFile(folder / "lock", "1 host\n");
    return folder;
  };
  const auto dead = try_to_make("0123abcd"), alive = try_to_make("4567abcd");
  const RunLock lock = Must(RunLock::Take(Must(OpenFolder::Open(alive))));
  Must(RunFolder::Create(folder_ / "run", Tiny()));
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(alive));
}

TEST_F(RunFolderTest, EveryFileOfARunIsTheOwnersAloneWhateverTheUmask) {
  const mode_t before = umask(0);
  Must(RunFolder::Create(folder_ / "run", Tiny()));
  umask(before);
  constexpr auto kOthers = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    EXPECT_EQ(entry.status().permissions() & kOthers, std::filesystem::perms::none) << entry.path();
  }
}

TEST_F(RunFolderTest, WhoHasTheLockSeesThatTheFolderWasRemovedOrItsRecordReplaced) {
  const RunFolder run = NewRun("run");
  RunLock lock = Must(run.Lock());
  Must(lock.CheckThere());
  std::filesystem::rename(run.path(), folder_ / "moved");
  Must(lock.CheckThere());
  std::filesystem::copy_file(folder_ / "moved" / "record.sqlite", folder_ / "moved" / "other");
  std::filesystem::rename(folder_ / "moved" / "other", folder_ / "moved" / "record.sqlite");
  EXPECT_THAT(lock.CheckThere().error().message, HasSubstr("replaced"));
  std::filesystem::remove_all(folder_ / "moved");
  EXPECT_THAT(lock.CheckThere().error().message, HasSubstr("folder of this run was removed"));
}

TEST_F(RunFolderTest, ALabThatLooksIsSeenByTheEngine) {
  const RunFolder run = NewRun("run");
  const OpenFolder place = Must(OpenFolder::Open(run.path()));
  EXPECT_FALSE(RunWatch::Attach(run.path())) << "no engine has prepared it";
  RunWatch::Prepare(place);
  EXPECT_FALSE(RunWatch::IsWatched(place));
  {
    const auto one = RunWatch::Attach(run.path()), two = RunWatch::Attach(run.path());
    ASSERT_TRUE(one && two);
    EXPECT_TRUE(RunWatch::IsWatched(place));
  }
  EXPECT_FALSE(RunWatch::IsWatched(place));
}

TEST_F(RunFolderTest, AFileInTheWayIsNamed) {
  WriteFile(folder_ / "file", "text");
  const auto run = RunFolder::Create(folder_ / "file" / "run", Tiny());
  ASSERT_FALSE(run.has_value());
  EXPECT_THAT(run.error().message, HasSubstr("file"));
}

TEST_F(RunFolderTest, OpeningSaysWhichPartOfARunIsMissing) {
  EXPECT_THAT(RunFolder::Open(folder_ / "none").error().message, HasSubstr("no such folder"));
  EXPECT_THAT(RunFolder::Open(folder_).error().message, HasSubstr("run.toml: is missing"));
  Must(RunFolder::Create(folder_ / "run", Tiny()));
  EXPECT_THAT(RunFolder::Open(folder_ / "run").error().message,
              HasSubstr("record.sqlite: is missing"));
  NewRun("other");
  EXPECT_EQ(Must(RunFolder::Open(folder_ / "other")).configuration().train.steps, 30);
}

TEST_F(RunFolderTest, AConfigurationThatIsALinkOrDamagedIsAnErrorWithItsPath) {
  const RunFolder run = NewRun("run");
  WriteFile(run.path() / "run.toml", "name = [");
  EXPECT_THAT(RunFolder::Open(run.path()).error().message, HasSubstr("run.toml"));
  std::filesystem::remove(run.path() / "run.toml");
  std::filesystem::create_symlink("/etc/hostname", run.path() / "run.toml");
  EXPECT_THAT(RunFolder::Open(run.path()).error().message, HasSubstr("symbolic link"));
}

TEST_F(RunFolderTest, CheckpointsAreNamedByTheirStep) {
  EXPECT_EQ(NewRun("run").checkpoint_path(1000).filename(), "step-000001000");
}

TEST_F(RunFolderTest, TheDefaultPathIsFreeAndBelowTheRunsOfTheUser) {
  setenv("MHC_RUNS", folder_.c_str(), 1);
  const auto first = RunFolder::DefaultPath("tiny");
  EXPECT_EQ(first.parent_path(), folder_);
  EXPECT_THAT(first.filename().string(), testing::StartsWith("tiny-20"));
  std::filesystem::create_directory(first);
  EXPECT_EQ(RunFolder::DefaultPath("tiny"), first.string() + "-2");
  unsetenv("MHC_RUNS");
}

TEST_F(RunFolderTest, TheHomeOfTheUserMayStandAsATilde) {
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  setenv("HOME", folder_.c_str(), 1);
  EXPECT_EQ(WithHome("~/a/b"), (folder_ / "a/b").string());
  EXPECT_EQ(WithHome("~"), folder_.string());
  for (const char* other : {"", "a~", "./~", "~somebody/a", "/~/a"}) {
    EXPECT_EQ(WithHome(other), other);
  }
  EXPECT_EQ(ArgumentWithHome("--run=~/a"), "--run=" + (folder_ / "a").string());
  EXPECT_EQ(ArgumentWithHome("~/a"), (folder_ / "a").string());
  EXPECT_EQ(ArgumentWithHome("--run"), "--run");
  std::ofstream(folder_ / "book.txt") << "text";
  EXPECT_EQ(ResolvedSource("~/book.txt"),
            (std::filesystem::canonical(folder_) / "book.txt").string());
  EXPECT_EQ(ResolvedSource("~/none.txt"), (folder_ / "none.txt").string());
  setenv("MHC_RUNS", "~/runs", 1);
  EXPECT_EQ(RunFolder::DefaultPath("tiny").parent_path(), folder_ / "runs");
  unsetenv("MHC_RUNS");
  EXPECT_EQ(RunFolder::DefaultPath("tiny").parent_path(), folder_ / "mhc-runs");
  setenv("HOME", home.c_str(), 1);
}

TEST_F(RunFolderTest, RunsAreFoundDirectlyBelowAFolderByName) {
  NewRun("b");
  NewRun("a");
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(Must(FindRuns(folder_)), ElementsAre(folder_ / "a", folder_ / "b"));
  EXPECT_THAT(Must(FindRuns(folder_ / "a")), ElementsAre(folder_ / "a"));
  EXPECT_FALSE(FindRuns(folder_ / "none").has_value());
}

TEST_F(RunFolderTest, ASecondEngineIsRefusedWithTheProcessIdAndHostOfTheFirst) {
  const RunFolder run = NewRun("run");
  const Child child = HoldLock(run);
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const auto holder = run.Holder();
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->process_id, child.process);
  EXPECT_EQ(holder->host, host);
  const auto second = run.Lock();
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(child.process)));
  EXPECT_THAT(second.error().message, HasSubstr(host));
  Kill(child);
}

TEST_F(RunFolderTest, TheLockOfAKilledEngineIsFree) {
  const RunFolder run = NewRun("run");
  const Child child = HoldLock(run);
  Kill(child);
  EXPECT_FALSE(run.Holder().has_value());
  const auto lock = run.Lock();
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(run.Holder()->process_id, getpid());
}

TEST_F(RunFolderTest, LookingForTheHolderTakesNoLockAndMakesNoFile) {
  const RunFolder run = NewRun("run");
  std::filesystem::remove(run.path() / "lock");
  EXPECT_FALSE(run.Holder().has_value());
  EXPECT_FALSE(std::filesystem::exists(run.path() / "lock"));
  { const RunLock lock = Must(run.Lock()); }
  EXPECT_FALSE(run.Holder().has_value());
  EXPECT_TRUE(run.Lock().has_value());
}

TEST_F(RunFolderTest, TheSameProcessCannotLockARunTwice) {
  const RunFolder run = NewRun("run");
  const RunLock lock = Must(run.Lock());
  EXPECT_THAT(run.Lock().error().message, HasSubstr(std::to_string(getpid())));
}

TEST_F(RunFolderTest, ARunThatSaysRunningWithoutAnEngineWasInterrupted) {
  const RunFolder run = NewRun("run", RunState::kRunning);
  RecordReader reader = Must(RecordReader::Open(run.record_path()));
  EXPECT_EQ(Must(CurrentState(run, reader)), RunState::kInterrupted);
  const RunLock lock = Must(run.Lock());
  EXPECT_EQ(Must(CurrentState(run, reader)), RunState::kRunning);
}

TEST_F(RunFolderTest, AFinishedRunStaysFinishedWithoutAnEngine) {
  const RunFolder run = NewRun("run");
  RecordReader reader = Must(RecordReader::Open(run.record_path()));
  EXPECT_EQ(Must(CurrentState(run, reader)), RunState::kFinished);
}

}  // namespace
}  // namespace mhc
