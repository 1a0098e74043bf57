// The window: it places and connects, and holds no data.
//
// Thread rule: the window's thread.
#pragma once

#include <QMainWindow>
#include <filesystem>

#include "widgets/actions/action_registry.h"
#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"

class QDropEvent;
class QStackedWidget;

namespace mhc {

class EngineLaunch;
class DialPage;
class HelpWindow;
class LabPage;
class RunBar;
class RunSummary;
class StartPage;
class WindowNotice;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow();
  ~MainWindow() override;

  void OpenRun(const std::filesystem::path& run);
  // Starts an engine on a preset or a configuration file and follows its run.
  void StartRun(const QString& configuration);

  ActionRegistry& actions() { return *actions_; }
  RunSelection& runs() { return runs_; }
  const RequestSender& requests() const { return sender_; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  // main_window_actions.cc
  void DeclareActions();
  void DeclareRunActions();
  void DeclareViewActions();
  void MakeMenusAndBar();
  void UpdateActions();

  void ShowStart();
  void ChooseRun();
  void MakeNewRun(const QString& preset);
  void Launch(const QStringList& words, const std::filesystem::path& run);
  void Resume(RunDocument* run);
  void CloseRun(RunDocument* run);
  void Ask(const char* kind);
  void Export(const QString& figure);
  void ShowHelp(const QString& page);
  void Ablate();
  void ChooseBranch();
  void Branch(const std::filesystem::path& parent, std::int64_t step,
              const std::filesystem::path& branch, const QStringList& settings = {});
  void ShowDial();
  void SendSiteToDial();
  void StartStudy(const QString& name);
  void FollowCurrent();
  void SetLook(Look::Mode mode);

  Look look_;
  RunSelection runs_;
  StepCursor step_;
  SiteCursor site_;
  const ViewContext context_;
  RequestSender sender_;
  ActionRegistry* actions_;
  QStackedWidget* pages_;
  StartPage* start_;
  LabPage* lab_;
  DialPage* dial_;
  WindowNotice* notice_;
  RunBar* bar_ = nullptr;
  RunSummary* summary_ = nullptr;
  HelpWindow* help_ = nullptr;        // made when it is wanted
  std::uint64_t remembered_run_ = 0;  // the key of the one that recent runs were told of
};

}  // namespace mhc
