// The way of a researcher through the window, from a new run to a saved figure.
#include <QFile>
#include <QTableView>
#include <QTextBrowser>
#include <QTreeWidget>

#include "core/record/record/record_reader.h"
#include "core/record/run/study.h"
#include "widgets/depth/spectrum_map.h"
#include "widgets/figures/figure_file.h"
#include "widgets/figures/figure_table.h"
#include "widgets/frame/step_markers.h"
#include "widgets/frame/view.h"
#include "widgets/help/help_window.h"
#include "window_fixture.h"

namespace mhc {
namespace {

// The steps of the flags that a plot shows.
std::vector<std::int64_t> FlagSteps(const QWidget& view) {
  std::vector<std::int64_t> steps;
  const auto* plot = view.findChild<QCustomPlot*>();
  for (int i = 0; i < plot->layerCount(); ++i) {
    for (const QCPLayerable* drawn : plot->layer(i)->children()) {
      const auto* markers = dynamic_cast<const StepMarkers*>(drawn);
      if (markers == nullptr) continue;
      for (const StepFlag& flag : markers->flags()) steps.push_back(std::llround(flag.step));
    }
  }
  return steps;
}

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
  const std::vector<std::int64_t> changes = {applied.step, run->interventions().back().step};
  for (const char* curves : {"lossPlot", "gradientPlot"}) {
    const auto* view = Find<QWidget>(curves);
    EXPECT_TRUE(QTest::qWaitFor([&] { return FlagSteps(*view) == changes; }, kLimit_ms)) << curves;
  }
  const auto* spectrum = Find<QWidget>("spectrumPlot")->findChild<SpectrumMap*>();
  const std::vector<double> marked(changes.begin(), changes.end());
  EXPECT_TRUE(QTest::qWaitFor([&] { return spectrum->marks().changes == marked; }, kLimit_ms));

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

TEST_F(MainWindowTest, EveryStudyHasAPageInTheHelpAndFiguresThatThereAre) {
  for (const Study& study : Studies()) {
    for (const std::string& figure : study.figures) {
      EXPECT_NE(FindFigure(figure), nullptr) << study.name << " " << figure;
    }
    const QString name = "study-" + QString::fromStdString(study.name);
    QTest::mouseClick(Find<QPushButton>(name.toUtf8()), Qt::LeftButton);
    const auto* page = Find<QTextBrowser>("helpPage");
    EXPECT_TRUE(page->toPlainText().startsWith(QString::fromStdString(study.title))) << study.name;
    EXPECT_TRUE(Find<QPushButton>("trainStudyButton")->isVisible());
  }
}

TEST_F(MainWindowTest, AStudyIsTrainedFromItsPageAndItsRunsOpenAsTheyBegin) {
  Action("actionHelp")->trigger();
  auto* help = Find<HelpWindow>("helpWindow");
  help->ShowPage(StudyPageName("mappings"));
  QTest::mouseClick(Find<QPushButton>("trainStudyButton"), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->last_step() > 0; }, kLimit_ms));
  EXPECT_EQ(Run()->Name(), "hc");
  Action("actionStop")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kStopped; }, kLimit_ms));
}

TEST_F(MainWindowTest, ARunIsAblatedFromTheWindowWhileItTrains) {
  StartNewRun();
  if (HasFatalFailure()) return;
  Action("actionAblate")->trigger();
  auto* table = Find<QTreeWidget>("ablationTable");
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->topLevelItemCount() > 0; }, kLimit_ms))
      << Find<QLabel>("ablationSaid")->text().toStdString();
  EXPECT_TRUE(Find<QLabel>("ablationSaid")->text().contains("Validation loss"));
}

TEST_F(MainWindowTest, SumsOfOrthogonalMapsComeAfterTheNormThatTheyKeep) {
  StartNewRun();
  const auto* sums = Find<QLabel>("composite_forward_gainValue");
  const auto* norm = Find<QLabel>("composite_spectral_normValue");
  EXPECT_LT(sums->y(), norm->y());
  StartNewRun({{"mixing.constraint", "cayley"}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return sums->y() > norm->y(); }, kLimit_ms));
  StartNewRun({{"mixing.constraint", "identity"}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return sums->y() < norm->y(); }, kLimit_ms))
      << "the identity keeps sums, too";
}

TEST_F(MainWindowTest, WhatAStepCostsIsPartedAndStepsThatWereClippedAreCounted) {
  StartNewRun();
  const auto says = [&](const char* name, const char* words) {
    return Find<QLabel>(name)->isVisibleTo(window_.get()) &&
           Find<QLabel>(name)->text().contains(QLatin1String(words));
  };
  EXPECT_TRUE(QTest::qWaitFor([&] { return says("costSublayers", "ms"); }, kLimit_ms));
  for (const char* part : {"costCoefficients", "costConstraint", "costApply", "costRest"}) {
    EXPECT_TRUE(says(part, "ms")) << part;
  }
  EXPECT_TRUE(says("costMemory", "MiB"));
  EXPECT_TRUE(says("costElements", "336")) << "(4n + 2)C + 2(n² + 2n), fused";
  EXPECT_TRUE(says("clippedValue", " of "));
  StartNewRun({{"mixing.connection", "residual"}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return says("costElements", "48"); }, kLimit_ms));
  EXPECT_FALSE(says("costConstraint", "ms"));
}

TEST_F(MainWindowTest, ARunThatWasClickedIsStillReadable) {
  StartNewRun();
  auto* table = Find<QTableView>("runTable");
  const QModelIndex run = table->model()->index(0, 1);
  const QRect cell = table->visualRect(run);
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, cell.center());
  ASSERT_TRUE(table->selectionModel()->isSelected(run));
  const QColor behind =
      table->viewport()->grab().toImage().pixelColor(cell.left() + 1, cell.top() + 1);
  const QColor text = table->palette().color(QPalette::Text);
  EXPECT_GT(std::abs(behind.lightness() - text.lightness()), 150) << behind.name().toStdString();
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
