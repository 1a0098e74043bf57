// The help inside the program: its pages in groups at the left, the page at the right. The page of
// a study can train it.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QDialog>
#include <vector>

#include "widgets/help/help_page.h"

class QPushButton;
class QTextBrowser;
class QTreeWidget;

namespace mhc {

class Look;

class HelpWindow : public QDialog {
  Q_OBJECT

 public:
  explicit HelpWindow(const Look& look, QWidget* parent = nullptr);

  // The page of that name; the first one where there is none.
  void ShowPage(const QString& name);

 Q_SIGNALS:
  void studyRequested(const QString& study);

 private:
  void Fill();
  void ShowChosen();

  const Look& look_;
  const std::vector<HelpPage> pages_;
  QTreeWidget* list_;
  QTextBrowser* page_;
  QPushButton* train_;
};

}  // namespace mhc
