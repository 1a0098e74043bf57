// What all views share: a header of one row (title, what is shown, a few controls), the picture
// below it, and the three states in which there is no picture: empty, loading, error.
//
// A view refreshes when something that it shows has changed and it is visible; hidden it costs
// nothing. Thread rule: the window's thread.
#pragma once

#include <QLabel>
#include <QStackedLayout>
#include <QString>
#include <QWidget>
#include <string>
#include <vector>

#include "core/result.h"
#include "widgets/document/view_context.h"
#include "widgets/frame/figure_heights.h"

class QHBoxLayout;
class QPainter;

namespace mhc {

class Refresher;

class View : public QWidget {
  Q_OBJECT

 public:
  // `object_name` is what tests find it by, `title` its header.
  View(const ViewContext& context, const QString& object_name, const QString& title,
       QWidget* parent = nullptr);

  const QString& title() const { return title_; }

  // True when everything that the view asked for has come and a figure can be drawn.
  virtual bool Ready() const { return has_picture_; }
  // The name of the figure that draws what is shown, among those that can be exported.
  virtual QString FigureName() const = 0;
  // Why there is no picture: the empty state's or the error's sentence; empty where there is one,
  // and while it is on its way.
  QString Reason() const;
  // The picture for a paper, without header, into 0,0,width,height in points (1/72 inch).
  virtual void DrawFigure(QPainter& painter, double width, double height) = 0;
  // Of that picture in that width.
  virtual FigureHeights HeightsOfFigure(double width) const = 0;
  // The numbers of the picture; the first row has their names.
  virtual std::vector<std::vector<std::string>> FigureTable() const = 0;

  // Brings the picture up to date now, visible or not.
  void RefreshNow();

 Q_SIGNALS:
  void exportRequested(const QString& figure);

 protected:
  // Reads the documents and sets the picture or a state. Called when something changed.
  virtual void Refresh() = 0;

  const ViewContext& context() const { return context_; }
  RunDocument* current() const { return context_.runs.current(); }
  void SetPicture(QWidget* picture);  // once, by the constructor
  void SetTitle(const QString& title, const QString& tip = {});
  // To the right end of the header, before the menu; where the view is narrow, below its title.
  void AddControl(QWidget* control);
  // With what is shown, beside the title: parts joined by " · ", of which the first ones that have
  // room are seen.
  void ShowPicture(const QString& shows);
  void ShowEmpty(const QString& sentence);  // what will appear here, and what to do
  void ShowLoading();                       // appears after 150 ms, not before
  void ShowError(const QString& sentence);  // the file and the way out
  // Where the current run has no snapshot at or before `step` and none is on its way: says when the
  // first one comes, or that there is none, and is true. `what` is "The spectra appear here".
  bool ShowsWhenSnapshotsBegin(const QString& what, std::int64_t step);
  // Shows the state that holds for every view of the current run (none, loading, error); true where
  // it did and there is nothing more to do.
  bool ShowsGeneralState();

  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void PlaceControls();
  QWidget* MakeMenu();
  void CopyNumbers() const;
  void ShowSentence(const QString& sentence, bool is_error);
  void ApplyLook();

  const ViewContext context_;
  QString title_;
  QHBoxLayout* header_ = nullptr;
  QWidget* controls_ = nullptr;
  QWidget* second_row_ = nullptr;
  bool controls_are_below_ = false;
  QLabel* title_label_ = nullptr;
  QLabel* shows_label_ = nullptr;
  QStackedLayout* states_ = nullptr;
  QLabel* sentence_ = nullptr;
  Refresher* refresher_ = nullptr;
  bool has_picture_ = false;
  bool sentence_is_error_ = false;
  bool shows_loading_ = false;
  int loading_serial_ = 0;
};

}  // namespace mhc
