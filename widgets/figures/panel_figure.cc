#include "widgets/figures/panel_figure.h"

#include <QRectF>

#include "core/formats/number_text.h"
#include "widgets/frame/paper_sheet.h"

namespace mhc {
namespace {

// A line that is only a band, or pale behind another one, has no name and no numbers of its own.
void AppendNumbers(const PaperPanel& panel, const PaperLine& line,
                   std::vector<std::vector<std::string>>& table) {
  if (line.run.isEmpty() && line.kind.isEmpty()) return;
  const QString between =
      line.run.isEmpty() || line.kind.isEmpty() ? QString() : QStringLiteral(", ");
  const std::string name = (line.run + between + line.kind).toStdString();
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const auto of = [i](const std::vector<double>& values) {
      return values.empty() ? std::string() : NumberText(values[i]);
    };
    table.push_back({panel.y_title.toStdString(), name, NumberText(line.x[i]), of(line.y),
                     of(line.low), of(line.high)});
  }
}

}  // namespace

PanelFigure::PanelFigure(const ViewContext& view_context, const QString& name, const QString& title)
    : View(view_context, name, title) {
  SetPicture(new QWidget(this));
}

void PanelFigure::Refresh() {
  if (ShowsGeneralState()) return;
  QString why;
  sheet_ = Sheet(FoldSeeds(context().runs), why);
  if (!why.isEmpty()) {
    ShowEmpty(why);
  } else if (sheet_.panels.empty()) {
    ShowLoading();
  } else {
    ShowPicture({});
  }
}

QPen PanelFigure::PenOf(const SeedFold& fold) const {
  return context().look.RunPen(fold.runs.front()->color);
}

void PanelFigure::DrawFigure(QPainter& painter, double width, double height) {
  DrawPaperSheet(painter, sheet_, context().look, QRectF(0.0, 0.0, width, height));
}

FigureHeights PanelFigure::HeightsOfFigure(double width) const {
  return HeightsOf(sheet_, context().look, width);
}

std::vector<std::vector<std::string>> PanelFigure::FigureTable() const {
  std::vector<std::vector<std::string>> table = {{"panel", "line", "x", "y", "low", "high"}};
  for (const PaperPanel& panel : sheet_.panels) {
    for (const PaperLine& line : panel.lines) AppendNumbers(panel, line, table);
  }
  return table;
}

}  // namespace mhc
