// "~" in a path where no shell has replaced it: in a setting, a TOML file, a field of the lab, an
// option with "=". Thread rule: reads the environment and the user database only.
#pragma once

#include <string>
#include <string_view>

namespace mhc {

// "~" and "~/…" with the user's home in place of "~"; every other text as it is ("./~" is a file of
// that name).
std::string WithHome(std::string_view path);

// An argument of a program: "~/…" as well as "--option=~/…".
std::string ArgumentWithHome(std::string_view argument);

}  // namespace mhc
