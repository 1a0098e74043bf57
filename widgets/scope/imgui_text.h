// The program's own fonts in a Dear ImGui atlas: exactly those that Qt draws the given characters
// with, in every language, whatever files the system keeps them in.
//
// Thread rule: the window's thread.
#pragma once

#include <QFont>
#include <QString>

struct ImFontAtlas;

namespace mhc {

// Fills the atlas anew with what `characters` need at `scale` device pixels a pixel. ImGui's own
// font where no table of a system font can be read.
void FillFontAtlas(ImFontAtlas& atlas, const QFont& font, const QString& characters, double scale);

}  // namespace mhc
