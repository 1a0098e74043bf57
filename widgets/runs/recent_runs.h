// The runs that were open lately, newest first, remembered in the settings.
//
// Thread rule: the window's thread.
#pragma once

#include <QStringList>
#include <filesystem>

namespace mhc {

void RememberRun(const std::filesystem::path& run);
// Folders that are still there, at most twelve.
QStringList RecentRuns();

}  // namespace mhc
