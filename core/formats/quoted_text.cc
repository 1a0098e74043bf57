#include "core/formats/quoted_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace mhc {
namespace {

constexpr std::size_t kMostBytes = 60;

std::string_view CutAtCharacter(std::string_view text) {
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// The bytes of the character that begins here, 0 where it is a control or no UTF-8 (Unicode 3.9,
// table 3-7).
std::size_t PlainCharacter(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4) return 0;
  // C1 controls, overlong forms, surrogates, and what lies beyond U+10FFFF.
  const unsigned lowest = first == 0xC2 || first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < lowest || second > highest) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = PlainCharacter(text);
    if (length == 0) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
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
