// What lies under the pointer in the stream scope's picture, and its sentence.
//
// Thread rule: pure functions.
#pragma once

#include <QPointF>
#include <QString>

#include "widgets/scope/scope_drawing.h"

namespace mhc {

struct ScopeSpot {
  enum class Kind { kNothing, kSite, kRibbon, kBar, kDot };
  Kind kind = Kind::kNothing;
  int site = -1;   // of a bar: its state; −1 where there is none
  int index = -1;  // in the picture's ribbons, bars or dots
  bool operator==(const ScopeSpot&) const = default;
};

// The nearest of what a hand can mean there: dots before ribbons before bars.
ScopeSpot SpotAt(const ScopePicture& picture, const StackMaps& maps, QPointF point);

// "site 7 · MLP of block 3: stream 2 takes 0.13 from stream 0"; empty for nothing.
QString SpotText(const ScopeSpot& spot, const ScopePicture& picture, const StackMaps& maps);

}  // namespace mhc
