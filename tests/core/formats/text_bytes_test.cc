#include "core/formats/text_bytes.h"

#include <gmock/gmock.h>

#include <string>

namespace mhc {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string RefusalOf(const Status& status) { return status ? "accepted" : status.error().message; }

TEST(TextBytes, TheFirstByteThatIsNoTextIsNamedWithItsOffset) {
  const std::pair<std::string, std::string> cases[] = {
      {"abc\0def"s, "byte 0x00 at offset 3"},         {"ab\xFFz", "byte 0xff at offset 2"},
      {"a\xC0\xAF", "byte 0xc0 at offset 1"},          // overlong
      {"abcd\xED\xA0\x80", "byte 0xed at offset 4"},   // half of a surrogate pair
      {"a\xF4\x90\x80\x80", "byte 0xf4 at offset 1"},  // beyond U+10FFFF
      {"abcde\xE2\x82", "byte 0xe2 at offset 5"}};     // cut off
  for (const auto& [bytes, expected] : cases) {
    EXPECT_THAT(RefusalOf(CheckUtf8(bytes)), HasSubstr(expected));
  }
  EXPECT_THAT(RefusalOf(CheckUtf8("ab\xFFz", 1000)), HasSubstr("byte 0xff at offset 1002"));
  EXPECT_EQ(RefusalOf(CheckUtf8("größe €")), "accepted");
}

TEST(TextBytes, TextInLatin1IsToldFromBrokenUtf8AndFromWhatIsNoText) {
  EXPECT_THAT(RefusalOf(CheckUtf8("na\xEFve caf\xE9 au lait")), HasSubstr("Latin-1"));
  EXPECT_THAT(RefusalOf(CheckUtf8("caf\xC3\xA9 na\xEFve, broken")), Not(HasSubstr("Latin-1")));
  EXPECT_THAT(RefusalOf(CheckUtf8("cut off \xE2\x82")), HasSubstr("it ends inside a character"));
  EXPECT_THAT(RefusalOf(CheckUtf8("\x01\x02\xFF\x03\x04\x05\x06")), Not(HasSubstr("Latin-1")));
}

TEST(TextBytes, WhatIsPackedIsNamedWithTheWayOut) {
  const std::pair<std::string, std::string> cases[] = {{"\x1F\x8B\x08\0"s, "gzip"},
                                                       {"\x28\xB5\x2F\xFD..", "zstd"},
                                                       {"BZh91AY&SY..", "bzip2"},
                                                       {"\xFD"
                                                        "7zXZ\0.."s,
                                                        "xz"},
                                                       {"PK\x03\x04..", "zip"},
                                                       {"PAR1..", "Parquet"}};
  for (const auto& [bytes, expected] : cases) {
    EXPECT_THAT(RefusalOf(CheckSignature(bytes)), AllOf(HasSubstr(expected), HasSubstr("expected")))
        << expected;
  }
  EXPECT_EQ(RefusalOf(CheckSignature("PKS are plain letters, and BZh too")), "accepted");
  EXPECT_EQ(RefusalOf(CheckSignature("")), "accepted");
}

TEST(TextBytes, Utf16IsNamedByItsMark) {
  EXPECT_THAT(RefusalOf(CheckSignature("\xFF\xFEh\0i\0"s)), HasSubstr("UTF-16"));
  EXPECT_THAT(RefusalOf(CheckSignature("\xFE\xFF\0h\0i"s)), HasSubstr("UTF-16"));
  EXPECT_THAT(RefusalOf(CheckSignature("\xFF\xFE\0\0h\0\0\0"s)), HasSubstr("UTF-32"));
}

TEST(TextBytes, TheMarkThatEditorsPutInFrontIsFound) {
  EXPECT_EQ(ByteOrderMark("\xEF\xBB\xBFtext"), 3u);
  EXPECT_EQ(ByteOrderMark("text\xEF\xBB\xBF"), 0u);
}

TEST(TextBytes, ANulIsACharacterOfItsOwn) {
  EXPECT_THAT(*DecodeUtf8("a\0\xC3\xA9"s), ElementsAre('a', 0, 0xE9));
}

}  // namespace
}  // namespace mhc
