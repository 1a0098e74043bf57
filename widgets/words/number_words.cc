#include "widgets/words/number_words.h"

#include "core/formats/person_text.h"

namespace mhc {

QString StepNumber(std::int64_t step) { return QString::fromStdString(StepText(step)); }

QString ValueText(double value) { return QString::fromStdString(MeasureText(value)); }

}  // namespace mhc
