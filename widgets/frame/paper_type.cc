#include "widgets/frame/paper_type.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>
#include <QPainter>
#include <cmath>

namespace mhc {
namespace {

constexpr int kType = 8;
const QString kFamily = QStringLiteral("DejaVu Sans");

// A word that is too long, in pieces that end after a hyphen or the like where they can.
QStringList Pieces(const QString& word, double width) {
  QStringList pieces;
  for (qsizetype begin = 0; begin < word.size();) {
    qsizetype fits = begin + 1, end = -1;
    while (fits < word.size() && PaperTextWidth(word.mid(begin, fits + 1 - begin)) <= width) ++fits;
    for (qsizetype i = begin; i + 1 < fits && fits < word.size(); ++i) {
      if (QStringLiteral("-_/.").contains(word[i])) end = i + 1;
    }
    if (end < 0) end = fits;
    pieces << word.mid(begin, end - begin);
    begin = end;
  }
  return pieces;
}

}  // namespace

QFont PaperFont(bool is_bold) {
  static const QString family = QFontDatabase::families().contains(kFamily)
                                    ? kFamily
                                    : QFontInfo(QApplication::font()).family();
  QFont font(family);
  font.setPixelSize(kType);
  font.setHintingPreference(QFont::PreferNoHinting);
  font.setBold(is_bold);
  return font;
}

double PaperTextWidth(const QString& text, bool is_bold) {
  return QFontMetricsF(PaperFont(is_bold)).horizontalAdvance(text);
}

double PaperLineHeight() { return QFontMetricsF(PaperFont()).height() + 1.0; }

void DrawPaperText(QPainter& painter, const QPointF& at, double align, const QString& text,
                   bool is_bold) {
  const QFontMetricsF metrics(PaperFont(is_bold));
  painter.setFont(PaperFont(is_bold));
  const double left = at.x() - align * metrics.horizontalAdvance(text);
  painter.drawText(QPointF(left, at.y() + 0.5 * (metrics.ascent() - metrics.descent())), text);
}

QStringList WrapPaperText(const QString& text, double width) {
  QStringList lines;
  for (const QString& word : text.split(' ')) {
    const QString longer = lines.isEmpty() ? word : lines.back() + ' ' + word;
    if (PaperTextWidth(longer) <= width) {
      if (lines.isEmpty()) lines << QString();
      lines.back() = longer;
    } else if (PaperTextWidth(word) <= width) {
      lines << word;
    } else {
      lines << Pieces(word, width);
    }
  }
  return lines;
}

}  // namespace mhc
