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

// A C1 control of the terminal in UTF-8 is 0xC2 0x80…0x9F.
bool IsControl(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const bool c1 = byte >= 0x80 && byte < 0xA0 && at > 0 && text[at - 1] == '\xC2';
  return byte < 0x20 || byte == 0x7F || c1;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsControl(text, i)) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string Quoted(std::string_view text) {
  const bool cut = text.size() > kMostBytes;
  std::string quoted = "\"";
  for (const char character : cut ? CutAtCharacter(text) : text) {
    if (character == '"' || character == '\\') quoted += '\\';
    quoted += character;
  }
  quoted = Shown(quoted);
  return quoted + (cut ? "…\"" : "\"");
}

}  // namespace mhc
