#include "core/formats/legible_text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "core/formats/text_bytes.h"

namespace mhc {
namespace {

struct Sign {
  std::uint32_t code_point;
  const char* ascii;
};
constexpr Sign kSigns[] = {
    {0x00A0, " "},      {0x00B1, "+-"},    {0x00B7, "*"},     {0x00D7, "x"},     {0x0304, ""},
    {0x03B1, "alpha"},  {0x03B2, "beta"},  {0x03B3, "gamma"}, {0x0394, "Delta"}, {0x03B7, "eta"},
    {0x03BB, "lambda"}, {0x03C3, "sigma"}, {0x03C6, "phi"},   {0x03A0, "Prod"},  {0x03A3, "Sum"},
    {0x1D40, "^T"},     {0x1D38, "^L"},    {0x2013, "-"},     {0x2014, "-"},     {0x2016, "||"},
    {0x2018, "'"},      {0x2019, "'"},     {0x201C, "\""},    {0x201D, "\""},    {0x2026, "..."},
    {0x202F, " "},      {0x2192, "->"},    {0x2202, "d"},     {0x2208, "in"},    {0x2212, "-"},
    {0x221A, "sqrt"},   {0x221E, "inf"},   {0x2248, "~"},     {0x2260, "!="},    {0x2264, "<="},
    {0x2265, ">="},     {0x2297, "(x)"},   {0x2299, "*"},
};

constexpr std::uint32_t kSuperscriptMinus = 0x207B, kSuperscriptZero = 0x2070,
                        kSuperscriptFour = 0x2074, kSuperscriptNine = 0x2079,
                        kSubscriptZero = 0x2080, kSubscriptNine = 0x2089;

// The digit or sign of a superscript ("⁻²"), or a NUL.
char SuperscriptSign(std::uint32_t point) {
  if (point == kSuperscriptMinus) return '-';
  if (point == 0x00B9) return '1';
  if (point == 0x00B2) return '2';
  if (point == 0x00B3) return '3';
  const bool is_digit =
      point == kSuperscriptZero || (point >= kSuperscriptFour && point <= kSuperscriptNine);
  return is_digit ? static_cast<char>('0' + (point - kSuperscriptZero)) : '\0';
}

const char* FindSign(std::uint32_t point) {
  for (const Sign& sign : kSigns) {
    if (sign.code_point == point) return sign.ascii;
  }
  return nullptr;
}

bool IsWide(std::uint32_t point) {
  constexpr std::pair<std::uint32_t, std::uint32_t> kWide[] = {
      {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
      {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
  return std::any_of(std::begin(kWide), std::end(kWide), [point](const auto& range) {
    return point >= range.first && point <= range.second;
  });
}

bool IsCombining(std::uint32_t point) {
  return (point >= 0x0300 && point <= 0x036F) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x20D0 && point <= 0x20FF) || (point >= 0xFE00 && point <= 0xFE0F);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string BytesAsAscii(std::string_view bytes) {
  std::string text(bytes);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return text;
}

}  // namespace

bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string locale = value;
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

std::string AsciiText(std::string_view utf8) {
  if (IsAscii(utf8)) return std::string(utf8);
  const auto points = DecodeUtf8(utf8);
  if (!points) return BytesAsAscii(utf8);
  std::string text;
  bool in_power = false;
  for (const std::uint32_t point : *points) {
    if (const char sign = SuperscriptSign(point); sign != '\0') {
      if (!in_power) text += '^';
      text += sign;
      in_power = true;
      continue;
    }
    in_power = false;
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point >= kSubscriptZero && point <= kSubscriptNine) {
      text += static_cast<char>('0' + (point - kSubscriptZero));
    } else {
      const char* sign = FindSign(point);
      text += sign != nullptr ? sign : "?";
    }
  }
  return text;
}

std::string LegibleText(std::string_view utf8) {
  return LocaleIsUtf8() ? std::string(utf8) : AsciiText(utf8);
}

std::size_t TerminalCells(std::string_view utf8) {
  const auto points = DecodeUtf8(utf8);
  if (!points) return utf8.size();
  std::size_t cells = 0;
  for (const std::uint32_t point : *points) cells += IsCombining(point) ? 0 : IsWide(point) ? 2 : 1;
  return cells;
}

}  // namespace mhc
