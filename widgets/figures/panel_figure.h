// A figure of the mHC paper, drawn from any runs: panels of lines beside one another. It is a view
// without a picture of its own on the screen.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <vector>

#include "widgets/document/seed_fold.h"
#include "widgets/frame/paper_panel.h"
#include "widgets/frame/view.h"

namespace mhc {

class PanelFigure : public View {
  Q_OBJECT

 public:
  PanelFigure(const ViewContext& context, const QString& name, const QString& title);

  QString FigureName() const override { return objectName(); }
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  // Without panels where something is on its way; `why` says where these runs cannot give the
  // figure.
  virtual PaperSheet Sheet(const std::vector<SeedFold>& folds, QString& why) = 0;
  void Refresh() override;

  QPen PenOf(const SeedFold& fold) const;

 private:
  PaperSheet sheet_;
};

}  // namespace mhc
