#include "core/formats/text_bytes.h"

#include <algorithm>

namespace mhc {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kLongestSequence = 4;

// What people have in a folder of data that begins with these bytes and is no text.
struct Signature {
  std::string_view bytes;
  const char* what;
};
constexpr Signature kSignatures[] = {
    {"\x1F\x8B"sv, "compressed with gzip, expected it unpacked (gunzip does it)"},
    {"\x28\xB5\x2F\xFD"sv, "compressed with zstd, expected it unpacked (unzstd does it)"},
    {"BZh91AY&SY"sv, "compressed with bzip2, expected it unpacked (bunzip2 does it)"},
    {"\xFD"
     "7zXZ\0"sv,
     "compressed with xz, expected it unpacked (unxz does it)"},
    {"\x04\x22\x4D\x18"sv, "compressed with lz4, expected it unpacked (unlz4 does it)"},
    {"PK\x03\x04"sv, "a zip archive, expected it unpacked (unzip does it)"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7z archive, expected it unpacked (7z x does it)"},
    {"Rar!\x1A\x07"sv, "a RAR archive, expected it unpacked"},
    {"PAR1"sv, "a Parquet table, expected text or JSON lines"},
    {"ARROW1"sv, "an Arrow table, expected text or JSON lines"},
    {"%PDF-"sv, "a PDF, expected its text"},
    {"\xFF\xFE\0\0"sv, "text in UTF-32, expected UTF-8 (iconv -f UTF-32 -t UTF-8 makes it)"},
    {"\xFF\xFE"sv, "text in UTF-16, expected UTF-8 (iconv -f UTF-16 -t UTF-8 makes it)"},
    {"\xFE\xFF"sv, "text in UTF-16, expected UTF-8 (iconv -f UTF-16 -t UTF-8 makes it)"},
};

// Length of the well-formed UTF-8 sequence at `at`, 0 where there is none.
std::size_t SequenceLength(std::string_view text, std::size_t at, std::uint32_t* code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  std::uint32_t point = lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(at + i) & 0x3F);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    return 0;
  }
  *code_point = point;
  return length;
}

// Text in one byte a character has no control characters but those of lines and pages.
bool MayBeOfOneByteACharacter(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte == 0x7F || (byte < 0x20 && (byte < 0x08 || byte > 0x0D) && byte != 0x1A);
  });
}

// Why the byte at `at`, before which all is ASCII or not, may be no UTF-8, for a person.
const char* HowItCameToBe(std::string_view text, std::size_t at, bool is_ascii_before) {
  const bool begins = static_cast<unsigned char>(text[at]) >= 0xC2;
  if (begins && at + kLongestSequence > text.size()) return " (it ends inside a character)";
  const bool may_be_latin = is_ascii_before && MayBeOfOneByteACharacter(text);
  return may_be_latin ? " (iconv -f LATIN1 -t UTF-8 makes it from Latin-1)" : "";
}

}  // namespace

std::size_t ByteOrderMark(std::string_view bytes) {
  return bytes.starts_with(kMark) ? kMark.size() : 0;
}

Status CheckSignature(std::string_view bytes) {
  for (const Signature& signature : kSignatures) {
    if (bytes.starts_with(signature.bytes)) return Fail("{}", signature.what);
  }
  return {};
}

Status CheckUtf8(std::string_view text, std::size_t offset) {
  std::uint32_t point = 0;
  bool is_ascii = true;  // so far
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = SequenceLength(text, at, &point);
    if (length == 0 || point == 0) {
      return Fail("byte 0x{:02x} at offset {} is no text, expected UTF-8 without NUL{}",
                  static_cast<unsigned char>(text[at]), offset + at,
                  length == 0 ? HowItCameToBe(text, at, is_ascii) : "");
    }
    is_ascii = is_ascii && length == 1;
    at += length;
  }
  return {};
}

Result<std::vector<std::uint32_t>> DecodeUtf8(std::string_view text) {
  std::vector<std::uint32_t> points;
  points.reserve(text.size());
  std::uint32_t point = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = SequenceLength(text, at, &point);
    if (length == 0) return Fail("byte at offset {} is no UTF-8", at);
    points.push_back(point);
    at += length;
  }
  return points;
}

}  // namespace mhc
