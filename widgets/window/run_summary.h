// What the current run is, in one line at the right end of the menu bar: parts joined by " · ", of
// which the first ones that have room beside the menus are seen. Its tip has all of them.
//
// Thread rule: the window's thread.
#pragma once

#include <QLabel>
#include <QMenuBar>

namespace mhc {

class RunSummary : public QLabel {
  Q_OBJECT

 public:
  explicit RunSummary(QMenuBar* bar);

  // Does nothing where the parts are those that are shown.
  void Show(const QStringList& parts);

  QSize sizeHint() const override;
  // It never keeps a window from being narrow.
  QSize minimumSizeHint() const override { return {0, 0}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int RoomBesideMenus() const;

  QMenuBar& bar_;
  QStringList parts_;
};

}  // namespace mhc
