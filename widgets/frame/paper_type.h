// Type and lines of figures for papers: 8 pt and 0.75 pt. Lengths are in points.
//
// Thread rule: the window's thread.
#pragma once

#include <QFont>
#include <QPointF>
#include <QString>
#include <QStringList>

class QPainter;

namespace mhc {

constexpr double kPaperLine = 0.75;

// In a family that other programs know, at 8 pt where a unit of the painter is a point.
QFont PaperFont(bool is_bold = false);
double PaperTextWidth(const QString& text, bool is_bold = false);
double PaperLineHeight();

// One line; `at` is its middle's height and its left end (0), middle (0.5) or right end (1).
void DrawPaperText(QPainter& painter, const QPointF& at, double align, const QString& text,
                   bool is_bold = false);
// In lines no wider than `width`, parted between words and, where one is too long, inside it.
QStringList WrapPaperText(const QString& text, double width);

}  // namespace mhc
