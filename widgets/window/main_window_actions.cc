// The window's actions: declared once, placed in menus and the tool bar, enabled with a reason.
#include <QApplication>
#include <QMenuBar>
#include <QStackedWidget>

#include "widgets/actions/action_palette.h"
#include "widgets/actions/shortcut_sheet.h"
#include "widgets/runs/machine_dialog.h"
#include "widgets/window/lab_page.h"
#include "widgets/window/main_window.h"
#include "widgets/window/run_bar.h"
#include "widgets/window/run_summary.h"

namespace mhc {
namespace {

constexpr int kMostDialStreams = 8;  // a fit of larger ones would keep somebody waiting

}  // namespace

void MainWindow::DeclareActions() {
  actions_->Add({"actionNewRun", tr("File"), tr("New run …"),
                 tr("Start a run from a preset with its main settings."), QKeySequence::New},
                [this] { MakeNewRun("default"); });
  actions_->Add({"actionOpenRun", tr("File"), tr("Open run …"),
                 tr("Open the folder of a run, live or saved."), QKeySequence::Open},
                [this] { ChooseRun(); });
  actions_->Add({"actionStartPage", tr("File"), tr("Start page"), tr("Presets and recent runs."),
                 QKeySequence("Ctrl+Home")},
                [this] { ShowStart(); });
  actions_->Add({"actionCloseRun", tr("File"), tr("Close run"),
                 tr("Close the current run here; its engine goes on."), QKeySequence("Ctrl+W")},
                [this] { CloseRun(runs_.current()); });
  actions_->Add({"actionExport", tr("File"), tr("Export figure …"),
                 tr("Save a figure as PDF, SVG, PNG or CSV."), QKeySequence("E")},
                [this] { Export({}); });
  actions_->Add({"actionQuit", tr("File"), tr("Quit"), tr("Close the window; engines go on."),
                 QKeySequence("Ctrl+Q")},
                [this] { close(); });
  DeclareRunActions();
  DeclareViewActions();
}

void MainWindow::DeclareRunActions() {
  actions_->Add(
      {"actionPause", tr("Run"), tr("Pause"),
       tr("Pause the engine after the step in progress, or go on."), QKeySequence("Space")},
      [this] {
        const RunDocument* run = runs_.current();
        Ask(run && run->state() == RunState::kPaused ? "resume" : "pause");
      });
  actions_->Add(
      {"actionStep", tr("Run"), tr("Step"), tr("Do one step of a paused run."), QKeySequence("S")},
      [this] { Ask("step"); });
  actions_->Add({"actionCheckpoint", tr("Run"), tr("Checkpoint"),
                 tr("Save the run after the step in progress."), QKeySequence("C")},
                [this] { Ask("checkpoint"); });
  actions_->Add({"actionStop", tr("Run"), tr("Stop"),
                 tr("Save the run and end its engine; it can be resumed."), QKeySequence("Ctrl+.")},
                [this] { Ask("stop"); });
  actions_->Add({"actionResume", tr("Run"), tr("Resume"),
                 tr("Start an engine that goes on from the newest checkpoint."), QKeySequence("R")},
                [this] { Resume(runs_.current()); });
  actions_->Add({"actionBranch", tr("Run"), tr("Branch …"),
                 tr("What if: the same run up to a checkpoint, then with something else."),
                 QKeySequence("B")},
                [this] { ChooseBranch(); });
  actions_->Add({"actionAblate", tr("Run"), tr("Ablate …"),
                 tr("What the newest checkpoint loses without a stream or with another mixing."),
                 QKeySequence("Ctrl+B")},
                [this] { Ablate(); });
}

void MainWindow::DeclareViewActions() {
  const auto step_by = [this](int steps) { step_.SetStep(step_.step() + steps); };
  actions_->Add({"actionPlay", tr("View"), tr("Play"), tr("Go through the recorded steps."),
                 QKeySequence("P")},
                [this] { step_.SetPlays(!step_.plays()); });
  actions_->Add({"actionFollow", tr("View"), tr("Follow"),
                 tr("Stay at the newest step as it comes."), QKeySequence("F")},
                [this] { step_.SetFollows(!step_.follows()); });
  actions_->Add({"actionStepBack", tr("View"), tr("One step back"),
                 tr("Move the step cursor back by one step."), QKeySequence(",")},
                [step_by] { step_by(-1); });
  actions_->Add({"actionStepForward", tr("View"), tr("One step forward"),
                 tr("Move the step cursor forward by one step."), QKeySequence(".")},
                [step_by] { step_by(1); });
  actions_->Add({"actionPreviousSite", tr("View"), tr("Previous site"),
                 tr("Show the site before in all views."), QKeySequence("[")},
                [this] { site_.SetSite(site_.site() - 1); });
  actions_->Add({"actionNextSite", tr("View"), tr("Next site"),
                 tr("Show the next site in all views."), QKeySequence("]")},
                [this] {
                  const RunDocument* run = runs_.current();
                  if (!run || !run->loaded()) return;
                  if (site_.site() + 1 < run->configuration().SiteCount()) {
                    site_.SetSite(site_.site() + 1);
                  }
                });
  actions_->Add({"actionDial", tr("View"), tr("Dial"),
                 tr("What a constraint does to a product of matrices, computed on the spot."),
                 QKeySequence("D")},
                [this] { ShowDial(); });
  actions_->Add(
      {"actionSendSite", tr("View"), tr("Send site to the dial"),
       tr("Take the matrix of this site to the dial, in every layer."), QKeySequence("Shift+D")},
      [this] { SendSiteToDial(); });
  actions_->Add(
      {"actionLab", tr("View"), tr("Lab"), tr("The runs that are open."), QKeySequence("L")},
      [this] { pages_->setCurrentWidget(lab_); });
  actions_->Add({"actionLight", tr("View"), tr("Light"), tr("Light colours."), {}},
                [this] { SetLook(Look::Mode::kLight); });
  actions_->Add({"actionDark", tr("View"), tr("Dark"), tr("Dark colours."), {}},
                [this] { SetLook(Look::Mode::kDark); });
  actions_->Add({"actionSystemLook",
                 tr("View"),
                 tr("System's colours"),
                 tr("Light or dark, as the system is."),
                 {}},
                [this] { SetLook(Look::Mode::kSystem); });
  actions_->Add({"actionResetLayout",
                 tr("View"),
                 tr("Reset layout"),
                 tr("Give all views their first sizes back."),
                 {}},
                [this] { lab_->ResetLayout(); });
  actions_->Add({"actionHelp", tr("Help"), tr("Help"),
                 tr("What each view shows, the constraints, the studies."), QKeySequence("F1")},
                [this] { ShowHelp({}); });
  actions_->Add({"actionPalette", tr("Help"), tr("Search every action …"),
                 tr("Find an action by typing."), QKeySequence("Ctrl+K")},
                [this] {
                  auto* palette = new ActionPalette(*actions_, this);
                  palette->setAttribute(Qt::WA_DeleteOnClose);
                  palette->move(mapToGlobal(QPoint((width() - palette->width()) / 2, 80)));
                  palette->show();
                });
  actions_->Add({"actionMachine",
                 tr("Help"),
                 tr("This machine …"),
                 tr("How the time of a step grows with the sizes of a model, here."),
                 {}},
                [this] {
                  auto* dialog = new MachineDialog(look_, SweepFile(), this);
                  dialog->setAttribute(Qt::WA_DeleteOnClose);
                  dialog->show();
                });
  actions_->Add({"actionShortcuts", tr("Help"), tr("Shortcuts"), tr("All shortcuts on one sheet."),
                 QKeySequence("?")},
                [this] {
                  auto* sheet = new ShortcutSheet(*actions_, this);
                  sheet->setAttribute(Qt::WA_DeleteOnClose);
                  sheet->open();
                });
}

void MainWindow::MakeMenusAndBar() {
  for (const QString& name : actions_->Menus()) {
    QMenu* menu = menuBar()->addMenu(name);
    menu->setToolTipsVisible(true);
    for (QAction* action : actions_->actions()) {
      if (actions_->MenuOf(action) == name) menu->addAction(action);
    }
  }
  summary_ = new RunSummary(menuBar());
  bar_ = new RunBar(*actions_, look_, this);
  addToolBar(bar_);
}

void MainWindow::UpdateActions() {
  const RunDocument* run = runs_.current();
  const bool open = run != nullptr && run->loaded() && run->error().isEmpty();
  const QString none = open             ? QString()
                       : run == nullptr ? tr("No run is open.")
                                        : tr("The run cannot be read now.");
  const QString not_live = !open         ? none
                           : run->live() ? QString()
                                         : tr("No engine trains this run; resume it to steer it.");
  const bool paused = open && run->state() == RunState::kPaused;
  actions_->Find("actionPause")->setText(paused ? tr("Go on") : tr("Pause"));
  bar_->SetPaused(paused);
  for (const char* name : {"actionPause", "actionCheckpoint", "actionStop"}) {
    actions_->SetReason(name, not_live);
  }
  actions_->SetReason("actionStep", !not_live.isEmpty() ? not_live
                                    : paused            ? QString()
                                                        : tr("Pause the run to step it."));
  const bool can_resume = open && !run->live() && run->state() != RunState::kFinished;
  actions_->SetReason("actionResume", !open         ? none
                                      : can_resume  ? QString()
                                      : run->live() ? tr("An engine trains this run already.")
                                                    : tr("The run is finished."));
  for (const char* name :
       {"actionExport", "actionCloseRun", "actionPlay", "actionFollow", "actionStepBack",
        "actionStepForward", "actionPreviousSite", "actionNextSite", "actionLab"}) {
    actions_->SetReason(
        name, run ? (open || QString(name) == "actionCloseRun" ? QString() : none) : none);
  }
  actions_->SetReason("actionBranch", !open ? none
                                      : !run->checkpoints().empty()
                                          ? QString()
                                          : tr("It has no checkpoint yet."));
  const bool has_sites = open && run->configuration().SiteCount() > 0;
  actions_->SetReason("actionAblate", !open       ? none
                                      : has_sites ? QString()
                                                  : tr("The run has no mixing sites."));
  const bool is_small = has_sites && run->configuration().model.streams <= kMostDialStreams;
  actions_->SetReason("actionSendSite",
                      !open        ? none
                      : !has_sites ? tr("The run has no mixing sites.")
                      : is_small
                          ? QString()
                          : tr("The dial takes maps of up to %1 streams.").arg(kMostDialStreams));
}

}  // namespace mhc
