// Text in a column: broken between words, and inside a word that is wider than the column.
//
// Thread rule: the window's thread.
#pragma once

#include <QFont>
#include <QPointF>
#include <QString>

class QPainter;

namespace mhc {

int WrappedHeight(const QString& text, const QFont& font, int width);
// With the painter's pen and font.
void DrawWrapped(QPainter& painter, const QString& text, const QPointF& top_left, int width);

}  // namespace mhc
