// Figure 8 of arXiv 2512.24880: token-mean matrices of the first, the middle and the last site and
// of the composites of the first half, the second half and all sites, one row a run.
//
// Thread rule: the window's thread.
#pragma once

#include <vector>

#include "widgets/frame/matrix_painting.h"
#include "widgets/frame/view.h"

namespace mhc {

class MatrixSheetFigure : public View {
  Q_OBJECT

 public:
  MatrixSheetFigure(const ViewContext& context, const QString& name);

  QString FigureName() const override { return objectName(); }
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;

 private:
  struct Row {
    QString run;
    std::vector<MatrixContent> matrices;
  };
  // False while a snapshot is on its way.
  bool ReadRow(RunDocument& run, Row& row, QString& why) const;
  void ScaleColors();
  bool HasOneScale() const;
  std::vector<ColorScale> CommonScales() const;
  std::vector<std::vector<ColorScale>> BarLines(double width) const;
  double HeadHeight(const Row& row, double width) const;
  double FootHeight(double width) const;
  void DrawHead(QPainter& painter, const Row& row, double width, double top) const;

  std::vector<Row> rows_;
};

}  // namespace mhc
