// An intervention or an alert in a person's words: the flag of a marker, and the whole of it.
//
// Thread rule: pure functions.
#pragma once

#include <QString>

#include "core/record/record/record_reader.h"

namespace mhc {

// "→ unconstrained", "sites 2–3 → row_softmax", "learning rate → 10⁻³".
QString FlagText(const Intervention& intervention);
// The step, every option, the transfer and what it left.
QString ChangeDetails(const Intervention& intervention);
// False for what leaves the training as it is: pauses, single steps, checkpoints, refusals.
bool ChangesTraining(const Intervention& intervention);
QString AlertDetails(const Alert& alert);

}  // namespace mhc
