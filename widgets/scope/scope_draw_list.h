// The stream scope's picture drawn into a Dear ImGui draw list.
//
// Thread rule: the window's thread.
#pragma once

struct ImDrawList;
struct ImFont;

namespace mhc {

struct ScopePicture;
struct ScopeSpot;

// In device pixels, of which there are `scale` to one of the picture's. `spot` is emphasised.
void ListScope(ImDrawList& list, ImFont& font, const ScopePicture& picture, const ScopeSpot& spot,
               double scale);

}  // namespace mhc
