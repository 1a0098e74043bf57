#include "app/command_line/command.h"

#include <CLI/CLI.hpp>

#include "core/formats/output_file.h"

namespace mhc {

tl::unexpected<CommandError> BadInput(const Error& error) {
  return tl::unexpected(CommandError{kExitBadInput, error.message});
}

tl::unexpected<CommandError> Failed(const Error& error) {
  return tl::unexpected(CommandError{kExitFailed, error.message});
}

CommandResult Print(std::string_view text) {
  OutputFile output = OutputFile::StandardOutput();
  if (const Status printed = output.Append(text); !printed) return Failed(printed.error());
  return {};
}

void AddJsonOption(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "One JSON document instead of text");
}

}  // namespace mhc
