#include "core/formats/toml_depth.h"

#include <algorithm>
#include <cstdint>

namespace mhc {
namespace {

constexpr int kMostParts = 32;

// Where the string that begins at `start` ends: behind its last quote, or at the end of its line
// where it has none.
std::size_t EndOfString(std::string_view text, std::size_t start) {
  const char quote = text[start];
  const std::string_view thrice = quote == '"' ? "\"\"\"" : "'''";
  const bool lines = text.substr(start, 3) == thrice;
  for (std::size_t i = start + (lines ? 3 : 1); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (!lines && (text[i] == quote || text[i] == '\n')) {
      return text[i] == quote ? i + 1 : i;
    } else if (lines && text.substr(i, 3) == thrice) {
      return i + 3;
    }
  }
  return text.size();
}

}  // namespace

Status CheckTomlDepth(std::string_view text, std::string_view source) {
  int parts = 1;
  std::int64_t line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t next = i + 1;
    if (c == '#') {
      next = std::min(text.find('\n', i), text.size());
    } else if (c == '"' || c == '\'') {
      next = EndOfString(text, i);
    } else if (c == '.') {
      ++parts;
    } else if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) {
      parts = 1;
    }
    if (parts > kMostParts) {
      return Fail("{}:{}: found a key of more than {} parts", source, line, kMostParts);
    }
    for (; i < next; ++i) line += text[i] == '\n' ? 1 : 0;
  }
  return {};
}

}  // namespace mhc
