// What a command of `mhc` is. A new one is a file pair with one function that returns a Command,
// and a row in command_table.cc.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace CLI {
class App;
}

namespace mhc {

inline constexpr int kExitFailed = 1;    // the disk, the system, or a request that was refused
inline constexpr int kExitBadInput = 2;  // bad usage or bad input: nothing was changed

// One sentence for standard error, and the exit status that goes with it.
struct CommandError {
  int exit_status = kExitFailed;
  std::string message;
};
using CommandResult = tl::expected<void, CommandError>;

tl::unexpected<CommandError> BadInput(const Error& error);
tl::unexpected<CommandError> Failed(const Error& error);

// What is done once the options are parsed; it owns the variables that they were parsed into.
using Action = std::function<CommandResult()>;

struct Command {
  std::string name;
  std::string text;  // one sentence for the list of commands
  // Declares options, arguments and examples. nullptr: the command is mhc-engine's.
  Action (*declare)(CLI::App& app) = nullptr;
};

// All of the text on standard output, or the reason why it did not get there: for people, in ASCII
// where the locale does not write UTF-8.
CommandResult Print(std::string_view text);
// The same of a JSON document and a line feed, which is UTF-8 in every locale.
CommandResult PrintDocument(std::string_view json);

// "--json", which every command has.
void AddJsonOption(CLI::App& app, bool& json);

}  // namespace mhc
