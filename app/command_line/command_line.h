// What the programs without a window do with their arguments: find the command, parse its options,
// do it, and say in one sentence what went wrong.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "app/command_line/command.h"

namespace mhc {

// nullptr where no command has that name.
const Command* FindCommand(std::span<const Command> commands, std::string_view name);

// Runs the command that arguments[1] names and returns the exit status of the process. Errors go to
// standard error as "mhc: SENTENCE". A command without `declare` is handed to `elsewhere`, which
// may be nullptr where every command is declared.
int RunCommandLine(std::span<const Command> commands, int count, char** arguments,
                   CommandError (*elsewhere)(char** arguments));

}  // namespace mhc
