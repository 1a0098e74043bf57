// Numbers as pictures, tips and panels write them: core/formats/person_text.h in Qt's strings.
//
// Thread rule: pure functions.
#pragma once

#include <QString>
#include <cstdint>

namespace mhc {

// "2.114", "60,743", "3.00 × 10⁻⁴".
QString ValueText(double value, int digits = 4);
// "2.114 ± 0.031", "6.1 ± 4.1 × 10⁴".
QString ValueWithSpread(double value, double deviation, int digits = 4);
// "12,400".
QString StepNumber(std::int64_t step);
// "1 thread", "2 threads".
QString ThreadsText(std::int64_t threads);
// The same number, which no line is broken within but before a "±".
QString Unbroken(QString number);

}  // namespace mhc
