#include "app/command_line/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace mhc {

std::optional<int> TerminalColumns(int descriptor) {
  if (isatty(descriptor) != 1) return std::nullopt;
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool TakesEscapeCodes(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) == 1 && terminal != nullptr && *terminal != '\0' &&
         std::string_view(terminal) != "dumb";
}

std::string TableForOutput(const std::vector<std::vector<std::string>>& rows, TableHead head) {
  return FittedTable(rows, head, TerminalColumns(STDOUT_FILENO));
}

std::string LinesForOutput(std::string_view text) {
  return WrappedLines(text, TerminalColumns(STDOUT_FILENO));
}

}  // namespace mhc
