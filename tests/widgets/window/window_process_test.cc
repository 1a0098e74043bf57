// The lab as a process: what becomes of its engines when it dies.
#include <gtest/gtest.h>
#include <signal.h>

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/record/record/record_reader.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard

std::optional<RunFolder> OnlyRunIn(const QTemporaryDir& runs) {
  for (const auto& entry : std::filesystem::directory_iterator(runs.path().toStdString())) {
    if (!entry.is_directory()) continue;
    if (auto folder = RunFolder::Open(entry.path())) return *std::move(folder);
  }
  return std::nullopt;
}

std::int64_t LastStepIn(const QTemporaryDir& runs) {
  const auto folder = OnlyRunIn(runs);
  if (!folder) return 0;
  auto reader = RecordReader::Open(folder->record_path());
  const auto last = reader ? reader->LastStep() : Result<std::int64_t>(0);
  return last ? *last : 0;
}

TEST(LabProcess, AKilledWindowLeavesItsEngineTraining) {
  QTemporaryDir runs;
  const QString configuration = runs.filePath("small.toml");
  std::ofstream(configuration.toStdString())
      << "[data]\nsource = \"arithmetic\"\n[model]\nblocks = 1\nchannels = 16\nheads = 4\n"
         "context = 32\n[train]\nbatch = 4\nsteps = 1000000\n";
  QProcess lab;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("MHC_RUNS", runs.path());
  lab.setProcessEnvironment(environment);
  lab.start(QCoreApplication::applicationDirPath() + "/mhclab", {"--train", configuration});
  ASSERT_TRUE(lab.waitForStarted());
  ASSERT_TRUE(QTest::qWaitFor([&] { return LastStepIn(runs) > 5; }, kLimit_ms));
  lab.kill();  // SIGKILL
  ASSERT_TRUE(lab.waitForFinished());
  const std::int64_t last = LastStepIn(runs);
  EXPECT_TRUE(QTest::qWaitFor([&] { return LastStepIn(runs) > last + 20; }, kLimit_ms));
  const auto holder = OnlyRunIn(runs)->Holder();
  ASSERT_TRUE(holder) << "the engine ended with the window";
  kill(static_cast<pid_t>(holder->process_id), SIGKILL);
}

}  // namespace
}  // namespace mhc
