// Colours of matrix entries and sums, labelled wherever they are shown.
//
// Thread rule: pure functions.
#pragma once

#include <QColor>

class QCPColorGradient;

namespace mhc {

class Look;

// Cividis, 0 to 1 (Nuñez, Anderton, Renslow 2018): for non-negative matrices. Cut outside.
QColor CividisColor(double value);
// Blue, white, red, −1 to 1, white at 0: for signed matrices, after division by the limit.
QColor SignedColor(double value);
// White at 1, orange above, blue below, full colour at ±0.1: for row and column sums. On a dark
// surface the surface itself stands at 1.
QColor SumColor(double sum, const Look& look);
// The ratio of contrast of WCAG 2.1, 1 to 21, of two colours that hide what is behind them.
double Contrast(const QColor& one, const QColor& other);
// Dark or white, whichever is read better on that colour: at a ratio of 4.5 at least.
QColor TextOn(const QColor& background);

QCPColorGradient CividisGradient();

}  // namespace mhc
