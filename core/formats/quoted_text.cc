#include "core/formats/quoted_text.h"

#include <fmt/format.h>

namespace mhc {
namespace {

constexpr std::size_t kMostBytes = 60;

std::string_view CutAtCharacter(std::string_view text) {
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::string Quoted(std::string_view text) {
  const bool cut = text.size() > kMostBytes;
  std::string quoted = "\"";
  for (const char character : cut ? CutAtCharacter(text) : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      if (character == '"' || character == '\\') quoted += '\\';
      quoted += character;
    }
  }
  return quoted + (cut ? "…\"" : "\"");
}

}  // namespace mhc
