// The stream scope's picture drawn by a QPainter: on a widget, a page, a vector file or an image.
//
// Thread rule: the window's thread.
#pragma once

class QPainter;

namespace mhc {

struct ScopePicture;
struct ScopeSpot;

// In the painter's own coordinates and with its font. `spot` is emphasised.
void PaintScope(QPainter& painter, const ScopePicture& picture, const ScopeSpot& spot);

}  // namespace mhc
