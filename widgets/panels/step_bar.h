// The bar along the bottom: back, play, forward; the line of steps with the cursor; where it is;
// follow; and how the run goes. Nothing in it moves when a number changes its length.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>

#include "widgets/document/view_context.h"

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace mhc {

class StepTrack;

class StepBar : public QWidget {
  Q_OBJECT

 public:
  explicit StepBar(const ViewContext& context, QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QToolButton* AddButton(QHBoxLayout& row, const char* name, const QString& tip);
  // A text whose room is that of `widest`, and grows where one is wider.
  QLabel* AddText(QHBoxLayout& row, Role role, const QString& widest);
  void Refresh();
  void ShowProgress(const RunDocument& run);
  void ApplyLook();

  const ViewContext context_;
  QToolButton* back_;
  QToolButton* play_;
  QToolButton* forward_;
  StepTrack* track_;
  QLabel* position_;
  QToolButton* follow_;
  QLabel* speed_;
  QLabel* threads_;
  QLabel* left_;
  QLabel* cost_;
};

}  // namespace mhc
