// What goes wrong around the window: it says so, and stays.
#include <SQLiteCpp/SQLiteCpp.h>

#include <QComboBox>
#include <QDropEvent>
#include <QFile>
#include <QGuiApplication>
#include <QMimeData>
#include <QProcess>
#include <fstream>

#include "core/record/configuration/home_path.h"
#include "core/record/intervention/inbox.h"
#include "core/record/record/record_writer.h"
#include "tests/widgets/written_run.h"
#include "widgets/dial/dial_page.h"
#include "widgets/frame/view.h"
#include "widgets/help/help_window.h"
#include "widgets/runs/ablation_dialog.h"
#include "widgets/runs/engine_launch.h"
#include "window_fixture.h"

namespace mhc {
namespace {

// The sentence with which a launch failed; empty where it began.
QString FailureOf(EngineLaunch& launch, const QStringList& words, const QString& run) {
  QString sentence;
  bool is_over = false;
  QObject::connect(&launch, &EngineLaunch::failed, &launch, [&](const QString& said) {
    sentence = said;
    is_over = true;
  });
  QObject::connect(&launch, &EngineLaunch::started, &launch, [&] { is_over = true; });
  launch.Start(words, run.toStdString());
  EXPECT_TRUE(QTest::qWaitFor([&] { return is_over; }, kLimit_ms));
  return sentence;
}

// A file or a folder, as a hand drops it on the window.
void Drop(MainWindow& window, const QString& path) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(path)});
  QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(&window, &enter);
  ASSERT_TRUE(enter.isAccepted());
  QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(&window, &drop);
}

TEST_F(MainWindowTest, AKilledEngineIsSaidAndResumedFromTheBanner) {
  StartNewRun();
  if (HasFatalFailure()) return;
  RunDocument* run = Run();
  kill(static_cast<pid_t>(EngineOf(*run)), SIGKILL);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->state() == RunState::kInterrupted; }, kLimit_ms));
  auto* text = Find<QLabel>("runBannerText");
  ASSERT_TRUE(QTest::qWaitFor([&] { return text->isVisible(); }, kLimit_ms));
  EXPECT_TRUE(text->text().contains("Interrupted"));
  QTest::mouseClick(Find<QPushButton>("resumeButton"), Qt::LeftButton);
  EXPECT_TRUE(QTest::qWaitFor([&] { return run->state() == RunState::kRunning; }, kLimit_ms));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !text->isVisible(); }, kLimit_ms));
}

TEST_F(MainWindowTest, AFolderThatIsNoRunIsSaidInTheViewsAndTheWindowStays) {
  window_->OpenRun(runs_.path().toStdString());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !Run()->error().isEmpty(); }, kLimit_ms));
  auto* loss = Find<View>("lossPlot");
  EXPECT_TRUE(loss->Reason().contains(runs_.path()));
  EXPECT_FALSE(Action("actionPause")->isEnabled());
}

TEST_F(MainWindowTest, AZipThatIsDroppedInIsOneSentenceWithWaysOutAndCanBeClosed) {
  const QString zip = runs_.filePath("run.zip");
  std::ofstream(zip.toStdString()) << "PK";
  Drop(*window_, zip);
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && !Run()->error().isEmpty(); }, kLimit_ms));
  int sentences = 0;
  for (const auto* label : window_->findChildren<QLabel*>()) {
    const bool says = label->text().contains(zip) || label->text().contains("cannot be read");
    if (label->isVisible() && says) ++sentences;
  }
  EXPECT_EQ(sentences, 1);
  EXPECT_TRUE(Find<QLabel>("runFaultText")->text().contains("unpack"));
  QTest::mouseClick(Find<QPushButton>("closeFaultButton"), Qt::LeftButton);
  EXPECT_EQ(Run(), nullptr);
  EXPECT_TRUE(Find<QWidget>("startPage")->isVisible());
  EXPECT_EQ(window_->findChild<QWidget*>("recent-run.zip"), nullptr);
}

TEST_F(MainWindowTest, ARunThatIsDroppedInByItsFolderOrAFileOfItIsOpened) {
  const std::filesystem::path path = runs_.path().toStdString() + "/written";
  Write({path, "written"});
  for (const std::filesystem::path& dropped : {path, path / "record.sqlite"}) {
    Drop(*window_, QString::fromStdString(dropped.string()));
    ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->loaded(); }, kLimit_ms));
    EXPECT_EQ(Run()->Name(), "written");
    EXPECT_EQ(window_->runs().runs().size(), 1u);
  }
}

TEST_F(MainWindowTest, StoppingARunOfAStudyIsNoError) {
  Action("actionHelp")->trigger();
  Find<HelpWindow>("helpWindow")->ShowPage(StudyPageName("mappings"));
  QTest::mouseClick(Find<QPushButton>("trainStudyButton"), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->last_step() > 0; }, kLimit_ms));
  Action("actionStop")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kStopped; }, kLimit_ms));
  const auto* notice = Find<QLabel>("windowNotice");
  ASSERT_TRUE(QTest::qWaitFor([&] { return notice->isVisible(); }, kLimit_ms));
  EXPECT_TRUE(notice->text().contains("was stopped at step")) << notice->text().toStdString();
  EXPECT_TRUE(Find<QWidget>("labPage")->isVisible()) << "nobody asked for another page";
  EXPECT_TRUE(Find<QLabel>("startNotice")->text().isEmpty());
}

TEST_F(MainWindowTest, AnAblationThatIsKilledTellsWhatKilledIt) {
  StartNewRun();
  if (HasFatalFailure()) return;
  Action("actionAblate")->trigger();
  auto* dialog = Find<AblationDialog>("ablationDialog");
  ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->process_id() != 0; }, kLimit_ms));
  kill(static_cast<pid_t>(dialog->process_id()), SIGSEGV);
  const auto* said = Find<QLabel>("ablationSaid");
  ASSERT_TRUE(QTest::qWaitFor([&] { return said->text().contains("signal"); }, kLimit_ms))
      << said->text().toStdString();
  EXPECT_TRUE(said->text().contains("signal 11")) << said->text().toStdString();
}

TEST_F(MainWindowTest, ASiteWithoutNumbersIsRefusedByTheDialInASentence) {
  const std::vector<std::pair<float, const char*>> kinds = {
      {std::nanf(""), "not finite"}, {INFINITY, "not finite"}, {3e38f, "expected"}};
  for (const auto& [entry, word] : kinds) {
    const std::string name = "exploded-" + std::to_string(entry);
    WrittenRun run{runs_.path().toStdString() + "/" + name, name};
    run.also = [entry = entry](RecordWriter& writer) {
      ASSERT_TRUE(writer.ReplaceSnapshot(20, MapsOf(entry)));
    };
    Write(run);
    window_->OpenRun(run.path);
    ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->last_step() == run.steps; }, kLimit_ms));
    const auto* notice = Find<QLabel>("windowNotice");
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
          Action("actionSendSite")->trigger();
          return notice->text().contains(word);
        },
        kLimit_ms))
        << notice->text().toStdString();
    EXPECT_FALSE(Find<DialPage>("dialPage")->isVisible());
  }
}

TEST_F(MainWindowTest, AnEngineThatEndsAtOnceSaysItsLastWordsOnTheStartPage) {
  const QString file = runs_.filePath("nowhere.toml");
  std::ofstream(file.toStdString()) << "[data]\nsource = \"/nowhere/at/all.txt\"\n";
  window_->StartRun(file);
  auto* notice = Find<QLabel>("startNotice");
  ASSERT_TRUE(QTest::qWaitFor([&] { return notice->isVisible(); }, kLimit_ms));
  EXPECT_TRUE(notice->text().contains("/nowhere/at/all.txt")) << notice->text().toStdString();
  EXPECT_EQ(Run(), nullptr);
}

TEST_F(MainWindowTest, AnEngineThatCannotBeStartedIsNamed) {
  EngineLaunch launch;
  launch.SetProgram("/nowhere/mhc-engine");
  const QString sentence = FailureOf(launch, {"train", "tiny"}, runs_.filePath("run"));
  EXPECT_TRUE(sentence.contains("/nowhere/mhc-engine")) << sentence.toStdString();
}

TEST_F(MainWindowTest, AnEngineThatNeverBeginsIsGivenUpWithItsProcessId) {
  EngineLaunch launch(nullptr, std::chrono::milliseconds(200));
  launch.SetProgram("/usr/bin/tail");
  const QString sentence = FailureOf(launch, {"-f", "/dev/null"}, runs_.filePath("run"));
  EXPECT_TRUE(sentence.contains(QString::number(launch.process_id()))) << sentence.toStdString();
  kill(static_cast<pid_t>(launch.process_id()), SIGKILL);
}

TEST_F(MainWindowTest, ARequestThatAnEngineTakesNoNoticeOfIsWithdrawn) {
  StartNewRun();
  if (HasFatalFailure()) return;
  const auto engine = static_cast<pid_t>(EngineOf(*Run()));
  kill(engine, SIGSTOP);
  RequestSender sender(nullptr, std::chrono::milliseconds(100));
  QString sentence;
  QObject::connect(&sender, &RequestSender::settled, &sender,
                   [&](const QString&, bool applied, const QString& said) {
                     EXPECT_FALSE(applied);
                     sentence = said;
                   });
  const auto request = MakeRequest(Run()->configuration(), "learning_rate", "1e-4", {}, {});
  ASSERT_TRUE(request && sender.Send(*Run(), *request));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !sentence.isEmpty(); }, kLimit_ms));
  EXPECT_TRUE(sentence.contains("withdrawn")) << sentence.toStdString();
  const std::int64_t stopped_at = Run()->last_step();
  kill(engine, SIGCONT);
  EXPECT_TRUE(QTest::qWaitFor([&] { return Run()->last_step() > stopped_at + 5; }, kLimit_ms));
  EXPECT_TRUE(Run()->interventions().empty());
}

TEST_F(MainWindowTest, ARunThatVanishesIsSaidInItsViewsAndComesBackWithItsFolder) {
  StartNewRun();
  if (HasFatalFailure()) return;
  RunDocument* run = Run();
  kill(static_cast<pid_t>(EngineOf(*run)), SIGKILL);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->state() == RunState::kInterrupted; }, kLimit_ms));
  const std::filesystem::path elsewhere = run->path().string() + "-moved";
  std::filesystem::rename(run->path(), elsewhere);
  auto* loss = Find<View>("lossPlot");
  EXPECT_TRUE(QTest::qWaitFor(
      [&] { return loss->Reason().contains(QString::fromStdString(run->path().string())); },
      kLimit_ms));
  EXPECT_FALSE(Action("actionExport")->isEnabled());
  std::filesystem::rename(elsewhere, run->path());
  EXPECT_TRUE(QTest::qWaitFor([&] { return loss->Reason().isEmpty(); }, kLimit_ms));
  EXPECT_GT(run->last_step(), 0);
}

TEST_F(MainWindowTest, ARecordThatIsDamagedWhileItIsOpenIsSaidWithItsFile) {
  StartNewRun();
  if (HasFatalFailure()) return;
  RunDocument* run = Run();
  kill(static_cast<pid_t>(EngineOf(*run)), SIGKILL);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->state() == RunState::kInterrupted; }, kLimit_ms));
  for (const char* file : {"record.sqlite", "record.sqlite-wal"}) {
    std::ofstream(run->path() / file) << std::string(20000, 'x');
  }
  auto* loss = Find<View>("lossPlot");
  EXPECT_TRUE(QTest::qWaitFor([&] { return loss->Reason().contains("record.sqlite"); }, kLimit_ms));
}

TEST_F(MainWindowTest, ARunOfANewerProgramIsSaid) {
  StartNewRun();
  if (HasFatalFailure()) return;
  const std::filesystem::path path = Run()->path();
  Action("actionStop")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kStopped; }, kLimit_ms));
  Action("actionCloseRun")->trigger();
  SQLite::Database(path / "record.sqlite", SQLite::OPEN_READWRITE)
      .exec("UPDATE meta SET value = '7' WHERE key = 'schema_version'");
  window_->OpenRun(path);
  auto* loss = Find<View>("lossPlot");
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return loss->Reason().contains("schema version 7"); }, kLimit_ms));
}

TEST_F(MainWindowTest, AFigureThatARunCannotGiveIsRefusedWithTheReason) {
  StartNewRun({{"mixing.connection", "residual"}});
  if (HasFatalFailure()) return;
  Action("actionExport")->trigger();
  auto* dialog = Find<QDialog>("exportDialog");
  dialog->findChild<QComboBox*>("figureChoice")->setCurrentText("gain");
  EXPECT_FALSE(dialog->findChild<QPushButton*>("saveFigureButton")->isEnabled());
  const auto* preview = dialog->findChild<QLabel*>("figurePreview");
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return preview->text().contains("no hyper-connections"); }, kLimit_ms));
}

TEST_F(MainWindowTest, WithoutOpenGLTheScopeIsDrawnAndSaysSo) {
  StartNewRun();
  if (HasFatalFailure()) return;
  const auto* scope = Find<View>("streamScope");
  const bool has_opengl = QGuiApplication::platformName() != "offscreen";
  window_->resize(1920, 1080);
  ASSERT_TRUE(
      QTest::qWaitFor([&] { return scope->Reason().isEmpty() && scope->Ready(); }, kLimit_ms));
  bool says_so = false;
  for (const auto* label : scope->findChildren<QLabel*>()) {
    says_so = says_so || label->text().contains("drawn without OpenGL");
  }
  EXPECT_NE(says_so, has_opengl);
}

TEST_F(MainWindowTest, WhatWasReadOfTheDataAndWhatWasLeftOutStandsOnTheScreen) {
  const std::filesystem::path run = runs_.filePath("data").toStdString();
  {
    auto configuration = LoadConfiguration("tiny", std::vector<Setting>{{"data.source", "/texts"}});
    ASSERT_TRUE(RunFolder::Create(run, *configuration).has_value());
    RunDescription description;
    description.id = "0123456789abcdef";
    description.data_files = 3;
    description.data_tokens = 7150;
    description.data_left_out = "left out 1 of 4 files; the first: <b>c.gz</b>: compressed";
    ASSERT_TRUE(
        RecordWriter::Create(run / "record.sqlite", description)->Close(RunState::kStopped));
  }
  window_->OpenRun(run);
  const auto* read = Find<QLabel>("dataRead");
  const auto* left_out = Find<QLabel>("dataLeftOut");
  ASSERT_TRUE(QTest::qWaitFor([&] { return read->text().contains("tokens"); }, kLimit_ms));
  EXPECT_EQ(read->text(), "texts: 3 files, 7,150 tokens");
  EXPECT_TRUE(left_out->isVisibleTo(window_.get()));
  EXPECT_TRUE(left_out->text().contains("<b>c.gz</b>")) << "plain text";
  EXPECT_EQ(left_out->textFormat(), Qt::PlainText);
}

TEST_F(MainWindowTest, TheFolderOfANewRunMayBeginAtHome) {
  Action("actionNewRun")->trigger();
  auto* dialog = Find<NewRunDialog>("newRunDialog");
  ASSERT_NE(dialog, nullptr);
  dialog->findChild<QLineEdit*>("runFolderEdit")->setText("~/mhc-runs-of-a-test/one");
  EXPECT_EQ(dialog->run().string(), WithHome("~/mhc-runs-of-a-test/one"));
  EXPECT_TRUE(QString::fromStdString(dialog->run().string()).startsWith('/'));
  dialog->reject();
}

}  // namespace
}  // namespace mhc
