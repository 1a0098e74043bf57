#include "core/formats/json_lines.h"

#include <gmock/gmock.h>

#include <string>

namespace mhc {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string Row(const std::string& text) { return "{\"text\": \"" + text + "\"}\n"; }

TEST(JsonLines, GiveTheTextOfEachLineWhateverElseStandsThere) {
  const JsonTexts texts = ReadJsonTexts(
      "{\"text\": \"one\\ntwo\"}\n\n  \r\n"
      "{\"id\": 3, \"text\": \"three\", \"tags\": [{\"text\": \"no\"}]}\r\n"
      "{\"meta\": {\"text\": \"no\"}, \"text\": \"four\"}");
  EXPECT_EQ(texts.text, "one\ntwo\nthree\nfour\n");
  EXPECT_EQ(texts.read, 3);
  EXPECT_EQ(texts.left_out, 0);
}

TEST(JsonLines, NumbersThatPythonWritesAndJsonDoesNotKnowAreNoHindrance) {
  const JsonTexts texts = ReadJsonTexts(
      "{\"text\": \"one\", \"score\": NaN}\n"
      "{\"a\": [Infinity, -Infinity], \"text\": \"NaN is \\\"Infinity\\\"\"}\n");
  EXPECT_EQ(texts.text, "one\nNaN is \"Infinity\"\n");
  EXPECT_EQ(texts.left_out, 0);
}

TEST(JsonLines, ALoneSurrogateLeavesItsLineOutByItsOwnReason) {
  const std::string first = Row("one");
  const JsonTexts texts = ReadJsonTexts(first + Row("cut \\ud83d emoji") + Row("\\ud83d\\ude00") +
                                        Row("a \\\\ud83d in letters") + Row("low \\uDE00"));
  EXPECT_EQ(texts.text, "one\n\xF0\x9F\x98\x80\na \\ud83d in letters\n");
  EXPECT_EQ(texts.left_out, 2);
  EXPECT_EQ(texts.first_left_out, "2: offset " + std::to_string(first.size() + 14) +
                                      ": found \\ud83d, half of a surrogate pair, which is no "
                                      "character");
}

TEST(JsonLines, AnEscapedNulIsACharacterOfTheText) {
  const JsonTexts texts = ReadJsonTexts(Row("one\\u0000tail"));
  EXPECT_EQ(texts.text, "one\0tail\n"s);
  EXPECT_EQ(texts.left_out, 0);
}

TEST(JsonLines, ALineThatIsNoJsonIsLeftOutAloneWithItsNumberAndTheFilesOffset) {
  const std::string first = Row("one") + "\n";
  const JsonTexts texts = ReadJsonTexts(first + "{\"text\": oops}\n" + Row("two") + "{\"text\": ");
  EXPECT_EQ(texts.text, "one\ntwo\n");
  EXPECT_EQ(texts.read, 2);
  EXPECT_EQ(texts.left_out, 2);
  EXPECT_THAT(texts.first_left_out,
              AllOf(StartsWith("3: offset " + std::to_string(first.size() + 9) + ": found \"o"),
                    HasSubstr("which is not JSON")));
}

TEST(JsonLines, ALineWithoutATextSaysWhatIsExpected) {
  for (const char* line :
       {"[1]", "\"text\"", "{\"txt\": \"a\"}", "{\"text\": 3}", "{\"text\": null}",
        "{\"text\": [\"a\"]}", "{\"text\": {\"text\": \"a\"}}", "3", "{}"}) {
    const JsonTexts texts = ReadJsonTexts(Row("one") + line + "\n");
    EXPECT_EQ(texts.text, "one\n") << line;
    EXPECT_EQ(texts.first_left_out, "2: expected a JSON object with a text under \"text\"") << line;
  }
}

TEST(JsonLines, ALineThatIsNoUtf8IsLeftOutAlone) {
  const JsonTexts texts = ReadJsonTexts(Row("one") + Row("caf\xE9 au lait") + Row("two"));
  EXPECT_EQ(texts.text, "one\ntwo\n");
  EXPECT_THAT(texts.first_left_out, StartsWith("2: byte 0xe9 at offset 29"));
}

TEST(JsonLines, AByteOrderMarkIsSkippedAndCountedInOffsets) {
  const JsonTexts texts = ReadJsonTexts("\xEF\xBB\xBF" + Row("one") + "oops\n");
  EXPECT_EQ(texts.text, "one\n");
  EXPECT_THAT(texts.first_left_out, StartsWith("2: offset 19: found \"oops\""));
}

TEST(JsonLines, AListOfObjectsIsReadLikeItsObjects) {
  const JsonTexts texts =
      ReadJsonTexts("[\n  {\"text\": \"one\"},\n  {\"score\": NaN,\n   \"text\": \"two\"},\n 3]\n");
  EXPECT_EQ(texts.text, "one\ntwo\n");
  EXPECT_EQ(texts.left_out, 1);
  EXPECT_EQ(texts.first_left_out, "3: expected a JSON object with a text under \"text\"");
}

TEST(JsonLines, AListThatBreaksOffGivesNothingAndSaysWhere) {
  const JsonTexts texts = ReadJsonTexts("[{\"text\": \"one\"},\n{\"text\": \"tw");
  EXPECT_EQ(texts.text, "");
  EXPECT_THAT(texts.first_left_out, HasSubstr("offset 30: found the end, which is not JSON"));
}

TEST(JsonLines, AnObjectOverSeveralLinesIsOne) {
  EXPECT_EQ(ReadJsonTexts("{\n  \"text\": \"one\"\n}\n").text, "one\n");
  EXPECT_EQ(ReadJsonTexts("{\n  \"name\": \"package\"\n}\n").read, 0);
}

TEST(JsonLines, AFileOfNothingHasNothing) {
  EXPECT_EQ(ReadJsonTexts("").left_out, 0);
  EXPECT_EQ(ReadJsonTexts("\xEF\xBB\xBF \n\r\n").left_out, 0);
}

TEST(JsonLines, BracketsWithoutEndNeitherCrashNorHang) {
  const JsonTexts texts = ReadJsonTexts(std::string(1 << 20, '[') + "\n" + Row("one"));
  EXPECT_EQ(texts.text, "one\n");
}

}  // namespace
}  // namespace mhc
