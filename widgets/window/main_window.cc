#include "widgets/window/main_window.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QUrl>
#include <algorithm>

#include "core/formats/person_text.h"
#include "widgets/dial/dial_controls.h"
#include "widgets/dial/dial_page.h"
#include "widgets/document/current_constraints.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/figures/export_dialog.h"
#include "widgets/help/help_window.h"
#include "widgets/panels/run_banner.h"
#include "widgets/runs/ablation_dialog.h"
#include "widgets/runs/branch_dialog.h"
#include "widgets/runs/branch_launch.h"
#include "widgets/runs/engine_launch.h"
#include "widgets/runs/new_run_dialog.h"
#include "widgets/runs/recent_runs.h"
#include "widgets/runs/start_page.h"
#include "widgets/runs/study_launch.h"
#include "widgets/window/lab_page.h"
#include "widgets/window/run_summary.h"
#include "widgets/window/window_notice.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

Look::Mode RememberedMode() {
  const QString text = QSettings().value("look", "system").toString();
  return text == "light"  ? Look::Mode::kLight
         : text == "dark" ? Look::Mode::kDark
                          : Look::Mode::kSystem;
}

// "4 blocks · 128 channels · 4 streams · 1.1M parameters (2.3 % mixing)".
QStringList SummaryOf(const RunDocument& run) {
  const RunDescription& description = run.description();
  const ModelSettings& model = run.configuration().model;
  const double share = static_cast<double>(description.mixing_parameters) /
                       static_cast<double>(std::max<std::int64_t>(description.parameters, 1));
  const QString parameters =
      MainWindow::tr("%1 parameters")
          .arg(QString::fromStdString(CountText(static_cast<double>(description.parameters))));
  QStringList parts{run.Name(), MainWindow::tr("%1 blocks").arg(model.blocks),
                    MainWindow::tr("%1 channels").arg(model.channels)};
  if (description.sites == 0) return parts << parameters;
  parts
      << MainWindow::tr("%1 streams").arg(description.streams)
      << MainWindow::tr("%1 (%2 % mixing)").arg(parameters, QString::number(100.0 * share, 'f', 1));
  return parts;
}

constexpr int kNotice_ms = 8000;

const char* ModeText(Look::Mode mode) {
  return mode == Look::Mode::kLight ? "light" : mode == Look::Mode::kDark ? "dark" : "system";
}

}  // namespace

MainWindow::MainWindow()
    : look_(RememberedMode()),
      context_{runs_, step_, site_, look_},
      sender_(),
      actions_(new ActionRegistry(this)),
      pages_(new QStackedWidget(this)),
      start_(new StartPage(look_)),
      lab_(new LabPage(context_, sender_)),
      dial_(new DialPage(look_)),
      notice_(new WindowNotice(look_, pages_)) {
  setObjectName("mainWindow");
  setWindowTitle(tr("mHC Lab"));
  look_.ApplyToApplication();
  pages_->addWidget(start_);
  pages_->addWidget(lab_);
  pages_->addWidget(dial_);
  setCentralWidget(pages_);
  setAcceptDrops(true);
  DeclareActions();
  MakeMenusAndBar();

  connect(start_, &StartPage::presetChosen, this, &MainWindow::StartRun);
  connect(start_, &StartPage::runChosen, this,
          [this](const QString& run) { OpenRun(run.toStdString()); });
  connect(start_, &StartPage::openRequested, this, &MainWindow::ChooseRun);
  connect(start_, &StartPage::studyChosen, this,
          [this](const QString& study) { ShowHelp(StudyPageName(study)); });
  connect(start_, &StartPage::newRunRequested, this, [this] { MakeNewRun("default"); });
  connect(lab_, &LabPage::resumeRequested, this, &MainWindow::Resume);
  connect(lab_, &LabPage::closeRequested, this, &MainWindow::CloseRun);
  connect(lab_, &LabPage::openRequested, this, &MainWindow::ChooseRun);
  connect(lab_, &LabPage::exportRequested, this, &MainWindow::Export);
  connect(lab_, &LabPage::branchRequested, this, [this](qint64 step) {
    const std::filesystem::path& run = runs_.current()->path();
    Branch(run, step, BranchPath(run, step));
  });
  connect(&runs_, &RunSelection::currentChanged, this, &MainWindow::FollowCurrent);
  connect(&runs_, &RunSelection::recordChanged, this, &MainWindow::FollowCurrent);
  connect(&sender_, &RequestSender::pendingChanged, this, &MainWindow::UpdateActions);

  QSettings settings;
  resize(QSize(1280, 800).boundedTo(screen()->availableSize()));
  restoreGeometry(settings.value("geometry").toByteArray());
  lab_->RestoreLayout(settings.value("layout").toByteArray());
  UpdateActions();
}

MainWindow::~MainWindow() = default;

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue("geometry", saveGeometry());
  settings.setValue("layout", lab_->SaveLayout());
  event->accept();
}

void MainWindow::OpenRun(const std::filesystem::path& run) {
  runs_.Open(run);
  pages_->setCurrentWidget(lab_);
  FollowCurrent();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

// A folder, or a file of one.
void MainWindow::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    if (!url.isLocalFile()) continue;
    const std::filesystem::path path = url.toLocalFile().toStdString();
    const bool is_in_run = RunFolder::Open(path.parent_path()).has_value();
    OpenRun(is_in_run ? path.parent_path() : path);
  }
  event->acceptProposedAction();
}

void MainWindow::ShowStart() {
  start_->RefreshRecent();
  pages_->setCurrentWidget(start_);
  UpdateActions();
}

void MainWindow::ChooseRun() {
  const QString folder = QFileDialog::getExistingDirectory(
      this, tr("The folder of a run"),
      QString::fromStdString(RunFolder::DefaultPath("run").parent_path().string()));
  if (!folder.isEmpty()) OpenRun(folder.toStdString());
}

void MainWindow::StartRun(const QString& configuration) {
  const auto loaded = LoadConfiguration(configuration.toStdString(), {});
  if (!loaded) {
    start_->ShowNotice(QString::fromStdString(loaded.error().message));
    return;
  }
  const std::filesystem::path run = RunFolder::DefaultPath(loaded->name);
  Launch({"train", configuration, "--run", QString::fromStdString(run.string())}, run);
}

void MainWindow::MakeNewRun(const QString& preset) {
  auto* dialog = new NewRunDialog(look_, preset, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this,
          [this, dialog] { Launch(dialog->EngineWords(), dialog->run()); });
  dialog->open();
}

// The run is opened once its engine holds it: before that there is nothing to read.
void MainWindow::Launch(const QStringList& words, const std::filesystem::path& run) {
  auto* launch = new EngineLaunch(this);
  connect(launch, &EngineLaunch::started, this, [this, launch] {
    start_->ShowNotice({});
    notice_->Clear();
    OpenRun(launch->run());
    launch->deleteLater();
  });
  connect(launch, &EngineLaunch::failed, this, [this, launch](const QString& sentence) {
    notice_->Clear();
    start_->ShowNotice(sentence);
    ShowStart();
    launch->deleteLater();
  });
  notice_->Say(
      tr("Starting an engine for %1 …").arg(QString::fromStdString(run.filename().string())));
  launch->Start(words, run);
}

void MainWindow::Resume(RunDocument* run) {
  auto* banner = lab_->findChild<RunBanner*>();
  auto* launch = new EngineLaunch(this);
  connect(launch, &EngineLaunch::started, launch, &QObject::deleteLater);
  connect(launch, &EngineLaunch::failed, this, [this, banner, launch](const QString& sentence) {
    for (const SelectedRun& open : runs_.runs()) {
      if (open.document->path() == launch->run()) {
        banner->ShowFailure(open.document.get(), sentence);
      }
    }
    launch->deleteLater();
  });
  banner->ShowStarting(run);
  launch->Start({"resume", QString::fromStdString(run->path().string())}, run->path());
}

void MainWindow::CloseRun(RunDocument* run) {
  runs_.Close(*run);
  if (runs_.current() == nullptr) ShowStart();
}

// One of the requests that need nothing but their kind.
void MainWindow::Ask(const char* kind) {
  RunDocument* run = runs_.current();
  if (run == nullptr || !run->loaded()) return;
  const auto request =
      MakeRequest(run->configuration(), kind, std::nullopt, std::nullopt, std::nullopt);
  if (request) sender_.Send(*run, *request);
}

void MainWindow::Export(const QString& figure) {
  auto* dialog = new ExportDialog(context_, figure, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::Ablate() {
  auto* dialog = new AblationDialog(look_, runs_.current()->path(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();
}

void MainWindow::ChooseBranch() {
  auto* dialog = new BranchDialog(look_, *runs_.current(), step_.step(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] {
    Branch(dialog->parent_run(), dialog->step(), dialog->branch(), dialog->settings());
  });
  dialog->open();
}

// The branch is trained and opened beside the run that it came from.
void MainWindow::Branch(const std::filesystem::path& parent, std::int64_t step,
                        const std::filesystem::path& branch, const QStringList& settings) {
  auto* launch = new BranchLaunch(this);
  connect(launch, &BranchLaunch::made, this, [this](const std::filesystem::path& made) {
    Launch({"resume", QString::fromStdString(made.string())}, made);
  });
  connect(launch, &BranchLaunch::failed, this,
          [this](const QString& sentence) { notice_->Say(sentence, kNotice_ms); });
  notice_->Say(tr("Branching at step %1 …").arg(StepNumber(step)));
  launch->Start(parent, step, branch, settings);
}

void MainWindow::ShowDial() { pages_->setCurrentWidget(dial_); }

// The token-mean H_res of the site that the views show, under the constraint that it has.
void MainWindow::SendSiteToDial() {
  RunDocument& run = *runs_.current();
  const FetchedSnapshot* found = RunSnapshots(run).At("res_mean", step_.step());
  const auto choices = ConstraintChoicesAt(run, step_.step());
  const auto site = static_cast<std::size_t>(site_.site());
  if (found == nullptr || site >= choices.size()) {
    notice_->Say(tr("The matrix of this site is not recorded at this step yet."), kNotice_ms);
    return;
  }
  const auto n = found->snapshot.shape.back();
  const std::vector<double> entries = MatrixEntries(found->snapshot, site_.site());
  const Matrix matrix = Eigen::Map<const Matrix>(entries.data(), n, n);
  const QString of_what =
      tr("%1, %2 at step %3").arg(run.Name(), SiteText(site_.site())).arg(found->step);
  if (const Status taken = dial_->controls().TakeMatrix(choices[site], matrix, of_what); !taken) {
    notice_->Say(QString::fromStdString(taken.error().message), kNotice_ms);
    return;
  }
  ShowDial();
}

void MainWindow::ShowHelp(const QString& page) {
  if (help_ == nullptr) {
    help_ = new HelpWindow(look_, this);
    connect(help_, &HelpWindow::studyRequested, this, &MainWindow::StartStudy);
  }
  help_->ShowPage(page);
  help_->show();
}

void MainWindow::StartStudy(const QString& name) {
  const Study* study = FindStudy(name.toStdString());
  if (study == nullptr) return;
  auto* launch = new StudyLaunch(this);
  connect(launch, &StudyLaunch::runBegan, this, &MainWindow::OpenRun);
  connect(launch, &StudyLaunch::ended, launch, &QObject::deleteLater);
  connect(launch, &StudyLaunch::stopped, this, [this, launch](const QString& sentence) {
    notice_->Say(sentence, kNotice_ms);
    launch->deleteLater();
  });
  connect(launch, &StudyLaunch::failed, this, [this, launch](const QString& sentence) {
    start_->ShowNotice(sentence);
    ShowStart();
    launch->deleteLater();
  });
  launch->Start(*study);
  help_->hide();
}

void MainWindow::FollowCurrent() {
  const RunDocument* run = runs_.current();
  // A run that is not read yet has no steps to show, which moves nothing.
  if (run && run->loaded()) {
    step_.SetLastStep(run->last_step());
    if (run->key() != remembered_run_) RememberRun(run->path());
    remembered_run_ = run->key();
  }
  if (run && run->loaded() && run->configuration().SiteCount() > 0 &&
      site_.site() >= run->configuration().SiteCount()) {
    site_.SetSite(0);
  }
  setWindowTitle(run ? tr("%1 — mHC Lab").arg(run->Name()) : tr("mHC Lab"));
  summary_->Show(run && run->loaded() ? SummaryOf(*run) : QStringList());
  UpdateActions();
}

void MainWindow::SetLook(Look::Mode mode) {
  QSettings().setValue("look", ModeText(mode));
  look_.SetMode(mode);
}

}  // namespace mhc
