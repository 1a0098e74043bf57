// The real window, driven by its object names, on a real engine.
#include "widgets/window/main_window.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <QComboBox>
#include <QDialog>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "core/record/record_reader.h"
#include "core/record/run_folder.h"
#include "widgets/figures/figure_file.h"
#include "widgets/runs/new_run_dialog.h"
#include "widgets/views/view.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;

class MainWindowTest : public testing::Test {
 protected:
  void SetUp() override {
    QSettings().clear();
    qputenv("MHC_RUNS", runs_.path().toUtf8());
    window_ = std::make_unique<MainWindow>();
    window_->show();
  }
  void TearDown() override {
    window_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(runs_.path().toStdString())) {
      const auto folder = RunFolder::Open(entry.path());
      const auto holder = folder ? folder->Holder() : std::nullopt;
      if (holder) kill(static_cast<pid_t>(holder->process_id), SIGKILL);
    }
  }

  template <class Type>
  Type* Find(const char* name) const {
    auto* found = window_->findChild<Type*>(name);
    if (found == nullptr) ADD_FAILURE() << "no " << name;
    return found;
  }
  QAction* Action(const char* name) const { return window_->actions().Find(name); }
  RunDocument* Run() const { return window_->runs().current(); }

  // A new run from the dialog, small enough that a step takes two milliseconds.
  void StartNewRun() {
    Action("actionNewRun")->trigger();
    auto* dialog = Find<NewRunDialog>("newRunDialog");
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QComboBox*>("presetChoice")->setCurrentText("tiny");
    const auto set = [&](const char* field, const char* text) {
      dialog->findChild<QLineEdit*>(field)->setText(text);
    };
    set("field-data.source", "arithmetic");
    set("field-model.blocks", "1");
    set("field-model.channels", "16");
    set("field-train.steps", "1000000");
    QTest::mouseClick(dialog->findChild<QPushButton*>("startButton"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->last_step() > 5; }, kLimit_ms));
  }
  // Some text of the constraint panel holds the words.
  bool PanelSays(const char* words) const {
    for (const auto* label : Find<QWidget>("constraintPanel")->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(QLatin1String(words))) return true;
    }
    return false;
  }
  std::int64_t EngineOf(const RunDocument& run) const {
    const auto folder = RunFolder::Open(run.path());
    const auto holder = folder ? folder->Holder() : std::nullopt;
    return holder ? holder->process_id : 0;
  }

  QTemporaryDir runs_;
  std::unique_ptr<MainWindow> window_;
};

TEST_F(MainWindowTest, AResearcherStartsARunChangesItsConstraintAndFindsItAgain) {
  StartNewRun();
  if (HasFatalFailure()) return;
  RunDocument* run = Run();
  EXPECT_EQ(run->state(), RunState::kRunning);
  EXPECT_EQ(run->ConstraintsAt(run->last_step()).front(), "sinkhorn");

  auto* choice = Find<QComboBox>("constraintChoice");
  choice->setCurrentIndex(choice->findText("unconstrained"));
  QTest::mouseClick(Find<QPushButton>("applyButton"), Qt::LeftButton);
  EXPECT_EQ(window_->requests().PendingOf(*run).size(), 1u);
  EXPECT_TRUE(PanelSays("pending"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run->interventions().empty(); }, kLimit_ms));
  EXPECT_TRUE(QTest::qWaitFor([&] { return PanelSays("applied at step"); }, kLimit_ms));
  const Intervention applied = run->interventions().front();
  EXPECT_TRUE(applied.applied) << applied.reason;
  EXPECT_EQ(run->ConstraintsAt(applied.step).front(), "unconstrained");

  choice->setCurrentIndex(choice->findText("sinkhorn"));
  Find<QLineEdit>("sitesEdit")->setText("0-1");
  QTest::mouseClick(Find<QPushButton>("applyButton"), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->interventions().size() == 2; }, kLimit_ms));
  EXPECT_TRUE(run->interventions().back().applied) << run->interventions().back().reason;
  EXPECT_EQ(run->interventions().back().request.sites, (std::vector<std::int64_t>{0, 1}));
  auto* table = Find<QTableView>("interventionTable");
  EXPECT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 2; }, kLimit_ms));

  Action("actionPause")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->state() == RunState::kPaused; }, kLimit_ms));
  const std::int64_t paused_at = run->last_step();
  Action("actionStep")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return run->last_step() == paused_at + 1; }, kLimit_ms));
  Action("actionStepBack")->trigger();

  const std::filesystem::path path = run->path();
  const std::int64_t engine = EngineOf(*run);
  ASSERT_NE(engine, 0);
  window_.reset();
  EXPECT_EQ(kill(static_cast<pid_t>(engine), 0), 0) << "the engine ended with the window";

  window_ = std::make_unique<MainWindow>();
  window_->show();
  const QString name = "recent-" + QString::fromStdString(path.filename().string());
  auto* recent = window_->findChild<QAbstractButton*>(name);
  ASSERT_NE(recent, nullptr);
  QTest::mouseClick(recent, Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->loaded(); }, kLimit_ms));
  EXPECT_EQ(Run()->path(), path);
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->interventions().size() >= 4; }, kLimit_ms));
}

TEST_F(MainWindowTest, AFigureIsSavedFromTheDialogInEveryFormat) {
  StartNewRun();
  if (HasFatalFailure()) return;
  Action("actionExport")->trigger();
  auto* dialog = Find<QDialog>("exportDialog");
  ASSERT_NE(dialog, nullptr);
  auto* save = dialog->findChild<QPushButton*>("saveFigureButton");
  ASSERT_TRUE(QTest::qWaitFor([&] { return save->isEnabled(); }, kLimit_ms));
  const std::vector<std::pair<const char*, const char*>> kinds = {
      {"loss.pdf", "%PDF"}, {"loss.svg", "<?xml"}, {"loss.png", "\x89PNG"}, {"loss.csv", "step,"}};
  for (const auto& [name, beginning] : kinds) {
    const QString file = runs_.filePath(name);
    dialog->findChild<QLineEdit*>("figureFileEdit")->setText(file);
    QTest::mouseClick(save, Qt::LeftButton);
    QFile written(file);
    ASSERT_TRUE(written.open(QIODevice::ReadOnly)) << name;
    EXPECT_TRUE(written.readAll().startsWith(beginning)) << name;
  }
  dialog->findChild<QLineEdit*>("figureFileEdit")->setText(runs_.filePath("loss.bmp"));
  QTest::mouseClick(save, Qt::LeftButton);
  EXPECT_TRUE(dialog->findChild<QLabel*>("exportSaid")->text().contains(".pdf"));
  EXPECT_FALSE(QFile::exists(runs_.filePath("loss.bmp")));
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

TEST_F(MainWindowTest, EveryActionHasATextATipAndWhereItIsDisabledAReason) {
  for (const QAction* action : window_->actions().actions()) {
    EXPECT_FALSE(action->text().isEmpty());
    EXPECT_FALSE(action->toolTip().isEmpty()) << action->objectName().toStdString();
    const bool has_reason = !window_->actions().ReasonOf(action).isEmpty();
    EXPECT_NE(action->isEnabled(), has_reason) << action->objectName().toStdString();
  }
}

TEST_F(MainWindowTest, EveryObjectThatTheContractNamesIsThere) {
  for (const char* name : {"constraintPanel", "constraintChoice", "transferChoice", "applyButton",
                           "runTable", "stepCursor", "lossPlot", "matrixLens", "spectrumPlot",
                           "gainProfile", "streamPlot", "streamScope", "interventionTable"}) {
    EXPECT_NE(window_->findChild<QWidget*>(name), nullptr) << name;
  }
  for (const char* name : {"actionNewRun", "actionOpenRun", "actionPause", "actionStep",
                           "actionExport", "actionPalette"}) {
    EXPECT_NE(window_->findChild<QAction*>(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace mhc
