// The page of the lab: runs at the left, views in the middle, what can be changed at the right, the
// step bar below.
//
// Thread rule: the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include <QWidget>
#include <array>

#include "widgets/document/view_context.h"
#include "widgets/panels/request_sender.h"

class QSplitter;
class QStackedWidget;

namespace mhc {

class CurveStack;
class RunFault;
class SteeringColumn;

class LabPage : public QWidget {
  Q_OBJECT

 public:
  LabPage(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

  QByteArray SaveLayout() const;
  void RestoreLayout(const QByteArray& layout);
  void ResetLayout();

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);
  void closeRequested(RunDocument* run);
  void openRequested();
  void exportRequested(const QString& figure);
  void branchRequested(qint64 step);

 private:
  void ShowViewsOrFault();
  QWidget* MakeViews(const ViewContext& context);
  std::array<QSplitter*, 6> Splitters() const;

  const ViewContext context_;
  QStackedWidget* middle_ = nullptr;  // the views, or why there are none
  RunFault* fault_ = nullptr;
  SteeringColumn* steering_ = nullptr;
  QSplitter* columns_ = nullptr;
  QSplitter* rows_ = nullptr;
  QSplitter* upper_ = nullptr;
  CurveStack* curves_ = nullptr;
  QSplitter* lower_ = nullptr;
  QSplitter* bottom_ = nullptr;
};

}  // namespace mhc
