// The first page: presets with a sentence each, recent runs, open a folder, a new run with its main
// settings.
//
// Thread rule: the window's thread.
#pragma once

#include <QWidget>
#include <filesystem>

class QVBoxLayout;

namespace mhc {

class Look;

class StartPage : public QWidget {
  Q_OBJECT

 public:
  StartPage(const Look& look, QWidget* parent = nullptr);

  // What to tell a person who came back here: an engine that could not start.
  void ShowNotice(const QString& sentence);
  void RefreshRecent();

 Q_SIGNALS:
  void presetChosen(const QString& preset);
  void runChosen(const QString& folder);
  void openRequested();
  void newRunRequested();
  void studyChosen(const QString& study);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QWidget* MakePresets();
  QWidget* MakeRecent();
  void AddStudies(QVBoxLayout& column);
  void ApplyLook();

  const Look& look_;
  class QLabel* notice_;
  QVBoxLayout* recent_;
};

}  // namespace mhc
