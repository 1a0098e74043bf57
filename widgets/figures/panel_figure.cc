#include "widgets/figures/panel_figure.h"

namespace mhc {

PanelFigure::PanelFigure(const ViewContext& view_context, const QString& name, const QString& title)
    : View(view_context, name, title) {
  SetPicture(new QWidget(this));
}

void PanelFigure::Refresh() {
  if (ShowsGeneralState()) return;
  QString why;
  panels_ = Panels(FoldSeeds(context().runs), why);
  if (!why.isEmpty()) {
    ShowEmpty(why);
  } else if (panels_.empty()) {
    ShowLoading();
  } else {
    ShowPicture({});
  }
}

QPen PanelFigure::PenOf(const SeedFold& fold) const {
  QPen pen = context().look.RunPen(fold.runs.front()->color);
  pen.setWidthF(1.25);
  return pen;
}

void PanelFigure::DrawFigure(QPainter& painter, double width, double height) {
  const double each = width / static_cast<double>(panels_.size());
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    DrawLinePanel(panels_[i], context().look, painter,
                  QRectF(static_cast<double>(i) * each, 0.0, each, height));
  }
}

std::vector<std::vector<std::string>> PanelFigure::FigureTable() const {
  std::vector<std::vector<std::string>> table = {{"panel", "line", "x", "y", "low", "high"}};
  for (const LinePanel& panel : panels_) AppendNumbers(panel, table);
  return table;
}

}  // namespace mhc
