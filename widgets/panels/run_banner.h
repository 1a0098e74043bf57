// One line above the views where the current run has no engine and could go on: why, and a way out.
//
// Thread rule: the window's thread.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "widgets/document/view_context.h"

namespace mhc {

class RunBanner : public QWidget {
  Q_OBJECT

 public:
  explicit RunBanner(const ViewContext& context, QWidget* parent = nullptr);

  // Between the click and the engine's first sign, or its last words.
  void ShowStarting(const RunDocument* run);
  void ShowFailure(const RunDocument* run, const QString& sentence);

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void Refresh();

  const ViewContext context_;
  QLabel* text_;
  QPushButton* resume_;
  const RunDocument* told_of_ = nullptr;  // whose engine is starting, or failed to
  QString told_;
  bool told_failure_ = false;
};

}  // namespace mhc
