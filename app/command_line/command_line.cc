#include "app/command_line/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line/terminal.h"
#include "core/formats/legible_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/configuration/home_path.h"

namespace mhc {
namespace {

// One sentence on standard error, whatever the message contains.
int Report(const CommandError& error) {
  constexpr std::size_t kMost = 2000;
  std::string message = error.message.substr(0, kMost);
  for (char& character : message) {
    if (character == '\n' || character == '\r') character = ' ';
  }
  fmt::print(stderr, "mhc: {}\n", LegibleText(Shown(message)));
  return error.exit_status;
}

int Report(const CommandResult& result) { return result ? 0 : Report(result.error()); }

// What `mhc --help` prints: each command with its sentence.
std::string CommandList(std::span<const Command> commands) {
  std::string list = "Usage: mhc COMMAND [ARGUMENTS]\n\nCommands:\n";
  for (const Command& command : commands) {
    list += fmt::format("  {:<9} {}\n", command.name, command.text);
  }
  return list +
         "\n\"mhc COMMAND --help\" says more of one, with examples; \"mhc --version\" prints the "
         "version.\nExit status: 0 done, 1 failed, 2 bad usage or bad input.\n";
}

// Examples stay as they can be copied.
std::string HelpForOutput(const std::string& help) {
  const std::size_t examples = std::min(help.find("\nExample"), help.size());
  return LinesForOutput(help.substr(0, examples)) + help.substr(examples);
}

// given[0] is the name of the command.
CommandResult RunDeclared(const Command& command, int count, char** given) {
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) texts.push_back(ArgumentWithHome(given[i]));
  std::vector<char*> arguments;
  arguments.reserve(texts.size());
  for (std::string& text : texts) arguments.push_back(text.data());
  CLI::App app(command.text, "mhc " + command.name);
  const Action action = command.declare(app);
  try {
    app.parse(count, arguments.data());
  } catch (const CLI::CallForHelp&) {
    return Print(HelpForOutput(app.help()));
  } catch (const CLI::ParseError& error) {
    return BadInput({fmt::format("{}: {} (\"mhc {} --help\" says what is expected)", command.name,
                                 error.what(), command.name)});
  }
  return action();
}

}  // namespace

const Command* FindCommand(std::span<const Command> commands, std::string_view name) {
  for (const Command& command : commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

int RunCommandLine(std::span<const Command> commands, int count, char** arguments,
                   CommandError (*elsewhere)(char** arguments)) {
  const std::string_view name = count > 1 ? arguments[1] : "";
  if (name == "--help" || name == "-h") {
    return Report(Print(LinesForOutput(CommandList(commands))));
  }
  if (name == "--version") return Report(Print("mhc " MHC_VERSION "\n"));
  const Command* command = FindCommand(commands, name);
  if (!command) {
    return Report({kExitBadInput,
                   fmt::format("found {}, expected a command that \"mhc --help\" lists",
                               name.empty() ? "no command" : "\"" + std::string(name) + "\"")});
  }
  if (!command->declare) return Report(elsewhere(arguments));
  return Report(RunDeclared(*command, count - 1, arguments + 1));
}

}  // namespace mhc
