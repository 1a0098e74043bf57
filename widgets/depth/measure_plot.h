// One measure of every site along the depth, chosen from those that snapshots hold: how the streams
// are used, what the maps depend on, where gradients go.
//
// Thread rule: the window's thread.
#pragma once

#include <QStackedWidget>
#include <optional>
#include <vector>

#include "widgets/depth/depth_picture.h"
#include "widgets/frame/matrix_painting.h"
#include "widgets/frame/paper_panel.h"
#include "widgets/frame/view.h"
#include "widgets/measures/site_measure.h"

namespace mhc {

class HeaderChoice;
class MatrixCanvas;

class MeasurePlot : public View {
  Q_OBJECT

 public:
  explicit MeasurePlot(const ViewContext& context, std::size_t measure = 0);

  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 Q_SIGNALS:
  void otherRequested();  // the view that shares the place with this one

 protected:
  void Refresh() override;

 private:
  const SiteMeasure& measure() const;
  QString Title() const;
  QString LineName(std::size_t line) const;
  void ReadValues(RunDocument& run, RunSnapshots& snapshots, const FetchedSnapshot& found,
                  const FetchedSnapshot* spread);
  // Over tokens, of a line at a place; empty where it has none.
  std::optional<double> DeviationAt(std::size_t line, std::size_t place) const;
  DepthContent Curves(bool is_for_paper) const;
  MatrixContent Kernel() const;
  PaperSheet Sheet() const;
  QString TextAt(int place) const;

  HeaderChoice* choice_;
  QStackedWidget* pictures_;
  DepthPicture* curves_;
  MatrixCanvas* matrix_;
  const SiteMeasure* shown_ = nullptr;           // whose the numbers below are
  std::vector<std::vector<double>> values_;      // by line, then place; of a matrix by row
  std::vector<std::vector<double>> deviations_;  // likewise; a line is empty where it has none
  Snapshot detail_of_;                           // where the measure says more of a site
  std::int64_t shown_step_ = 0;
  std::optional<ReaderThread::RunKey> shown_run_;
};

}  // namespace mhc
