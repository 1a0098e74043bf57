#include "app/command_line/command.h"

#include <CLI/CLI.hpp>

#include "core/formats/legible_text.h"
#include "core/formats/output_file.h"

namespace mhc {

tl::unexpected<CommandError> BadInput(const Error& error) {
  return tl::unexpected(CommandError{kExitBadInput, error.message});
}

tl::unexpected<CommandError> Failed(const Error& error) {
  return tl::unexpected(CommandError{kExitFailed, error.message});
}

namespace {

CommandResult WriteOut(std::string_view text) {
  OutputFile output = OutputFile::StandardOutput();
  if (const Status printed = output.Append(text); !printed) return Failed(printed.error());
  return {};
}

}  // namespace

CommandResult Print(std::string_view text) { return WriteOut(LegibleText(text)); }

CommandResult PrintDocument(std::string_view json) { return WriteOut(std::string(json) + '\n'); }

void AddJsonOption(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "One JSON document instead of text");
}

}  // namespace mhc
