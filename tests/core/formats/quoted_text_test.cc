#include "core/formats/quoted_text.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

TEST(QuotedTexts, KeepCharactersAndEscapeQuotes) {
  EXPECT_EQ(Quoted("a \"b\" \\ é ‖ 𝄞"), "\"a \\\"b\\\" \\\\ é ‖ 𝄞\"");
  EXPECT_EQ(Shown("\"é\""), "\"é\"");
}

TEST(QuotedTexts, EscapeControls) {
  EXPECT_EQ(Shown("a\nb\x1b[2J\x7f"), "a\\x0ab\\x1b[2J\\x7f");
  EXPECT_EQ(Shown("\xC2\x9B"), "\\xc2\\x9b") << "a control sequence's beginning in one character";
  EXPECT_EQ(Shown("\xC2\xA0"), "\xC2\xA0");
}

// What breaks a reader of the sentence that expects UTF-8.
TEST(QuotedTexts, EscapeBytesThatAreNoUtf8) {
  EXPECT_EQ(Shown("\x93NUMPY"), "\\x93NUMPY");
  EXPECT_EQ(Shown("caf\xE9"), "caf\\xe9") << "Latin-1";
  EXPECT_EQ(Shown("\xE2\x80"), "\\xe2\\x80") << "cut";
  EXPECT_EQ(Shown("\xE2\x80z"), "\\xe2\\x80z");
  EXPECT_EQ(Shown("\xC0\xAF"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(Shown("\xE0\x80\xAF"), "\\xe0\\x80\\xaf") << "overlong";
  EXPECT_EQ(Shown("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Shown("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(Shown("\xF5\xFF"), "\\xf5\\xff");
}

TEST(QuotedTexts, AreCutAtAWholeCharacter) {
  const std::string text = std::string(59, 'a') + "é and more";
  EXPECT_EQ(Quoted(text), "\"" + std::string(59, 'a') + "…\"");
}

}  // namespace
}  // namespace mhc
