// The one button of a form or a banner that does what it is there for, in the accent's colour.
//
// Thread rule: the window's thread.
#pragma once

class QPushButton;

namespace mhc {

void MakePrimary(QPushButton& button);

}  // namespace mhc
