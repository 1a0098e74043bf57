#include "widgets/panels/wrapped_text.h"

#include <QPainter>
#include <QTextLayout>
#include <cmath>

namespace mhc {
namespace {

double LayOut(QTextLayout& layout, int width) {
  QTextOption option;
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout.setTextOption(option);
  double height = 0.0;
  layout.beginLayout();
  for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
    line.setLineWidth(std::max(width, 1));
    line.setPosition({0.0, height});
    height += line.height();
  }
  layout.endLayout();
  return height;
}

}  // namespace

int WrappedHeight(const QString& text, const QFont& font, int width) {
  QTextLayout layout(text, font);
  return static_cast<int>(std::ceil(LayOut(layout, width)));
}

void DrawWrapped(QPainter& painter, const QString& text, const QPointF& top_left, int width) {
  QTextLayout layout(text, painter.font());
  LayOut(layout, width);
  layout.draw(&painter, top_left);
}

}  // namespace mhc
