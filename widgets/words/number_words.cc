#include "widgets/words/number_words.h"

#include <QObject>

#include "core/formats/person_text.h"

namespace mhc {

QString ValueText(double value, int digits) {
  return QString::fromStdString(MeasureText(value, digits));
}

QString ValueWithSpread(double value, double deviation, int digits) {
  return QString::fromStdString(SpreadText(value, deviation, digits));
}

QString StepNumber(std::int64_t step) { return QString::fromStdString(StepText(step)); }

QString ThreadsText(std::int64_t threads) {
  return threads == 1 ? QObject::tr("1 thread") : QObject::tr("%1 threads").arg(threads);
}

QString Unbroken(QString number) {
  const QString sign = QStringLiteral("\u00a0±"), breaks = QStringLiteral(" ±");
  return number.replace(' ', QChar(QChar::Nbsp)).replace(sign, breaks);
}

}  // namespace mhc
