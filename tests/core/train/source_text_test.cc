#include "core/train/source_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/formats/text_bytes.h"
#include "train_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SourceTextTest : public TrainTest {
 protected:
  static Result<SourceText> ReadFrom(const fs::path& source, const std::string& format = "auto") {
    DataSettings settings;
    settings.source = source.string();
    settings.format = format;
    return ReadSourceText(settings, 1);
  }
  static std::string TextOf(const fs::path& source, const std::string& format = "auto") {
    return Must(ReadFrom(source, format)).text;
  }
  static std::string Refusal(const fs::path& source, const std::string& format = "auto") {
    const auto text = ReadFrom(source, format);
    if (text) return "accepted";
    EXPECT_THAT(text.error().message, Not(HasSubstr("\n")));
    return text.error().message;
  }
};

// The rights of somebody else while it lives: root may read everything.
class AsNobody {
 public:
  AsNobody() : root_(geteuid() == 0), changed_(!root_ || seteuid(65534) == 0) {}
  ~AsNobody() {
    if (root_ && seteuid(0) != 0) ADD_FAILURE() << "root's rights did not come back";
  }
  bool changed() const { return changed_; }

 private:
  bool root_, changed_;
};

TEST_F(SourceTextTest, AMissingSourceIsNamed) {
  EXPECT_THAT(Refusal(folder_ / "none.txt"),
              AllOf(HasSubstr("none.txt does not exist"), HasSubstr("arithmetic, headers")));
}

TEST_F(SourceTextTest, AnEmptySourceIsNamed) {
  EXPECT_THAT(Refusal(Write("empty.txt", "")), HasSubstr("empty.txt is empty"));
}

TEST_F(SourceTextTest, TheFirstByteThatIsNoTextIsNamedWithItsOffset) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {std::string("abc\0def", 7), "byte 0x00 at offset 3"},
      {"ab\xFFz", "byte 0xff at offset 2"},
      {"\x80", "byte 0x80 at offset 0"},
      {"a\xC0\xAF", "byte 0xc0 at offset 1"},          // overlong
      {"a\xE0\x80\xAF", "byte 0xe0 at offset 1"},      // overlong
      {"abcd\xED\xA0\x80", "byte 0xed at offset 4"},   // surrogate
      {"a\xF4\x90\x80\x80", "byte 0xf4 at offset 1"},  // beyond U+10FFFF
      {"abcde\xE2\x82", "byte 0xe2 at offset 5"}};     // cut off
  for (const auto& [bytes, expected] : cases) {
    EXPECT_THAT(Refusal(Write("binary", bytes)), AllOf(HasSubstr("binary"), HasSubstr(expected)));
  }
}

TEST_F(SourceTextTest, EveryLengthOfUtf8IsText) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(TextOf(Write("text", text)), text);
  EXPECT_THAT(Must(DecodeUtf8(text)), ElementsAre('a', 0xE9, 0x20AC, 0x1F600, 0x10FFFF));
}

TEST_F(SourceTextTest, TheMarkOfUtf8InFrontIsNoPartOfTheTextAndLineEndsAre) {
  EXPECT_EQ(TextOf(Write("a.txt", "\xEF\xBB\xBFone\r\ntwo\r\n")), "one\r\ntwo\r\n");
  EXPECT_THAT(Refusal(Write("b.txt", "\xEF\xBB\xBFone\xFF")),
              HasSubstr("byte 0xff at offset 6"));  // of the file
}

TEST_F(SourceTextTest, ACompressedFileIsNamedAsSuch) {
  EXPECT_THAT(Refusal(Write("book.txt.gz", "\x1F\x8B\x08...")),
              AllOf(HasSubstr("book.txt.gz: compressed with gzip"), HasSubstr("gunzip")));
}

TEST_F(SourceTextTest, AFileThatMayNotBeReadIsNamed) {
  const fs::path file = Write("locked.txt", "text");
  fs::permissions(folder_, fs::perms::all);
  fs::permissions(file, fs::perms::none);
  const AsNobody nobody;
  if (!nobody.changed()) GTEST_SKIP() << "root cannot become nobody here";
  EXPECT_THAT(Refusal(file), AllOf(HasSubstr("locked.txt"), HasSubstr("permission")));
}

TEST_F(SourceTextTest, APipeIsRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(Refusal(folder_ / "pipe"), HasSubstr("pipe is neither file nor folder"));
}

TEST_F(SourceTextTest, AFolderIsReadInTheOrderOfItsPaths) {
  Write("data/3.txt", "three ");
  Write("data/1.txt", "one ");
  Write("data/2/b.txt", "two-b ");
  Write("data/2/a.txt", "two-a ");
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one two-a two-b three ");
  EXPECT_EQ(source.files, 4);
  EXPECT_EQ(source.skipped_files, 0);
}

TEST_F(SourceTextTest, BinaryFilesOfAFolderAreCountedAndLeftOut) {
  Write("data/1.txt", "one ");
  Write("data/2.bin", std::string("\0\1", 2));
  Write("data/3.txt", "three");
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one three");
  EXPECT_EQ(source.files, 2);
  EXPECT_EQ(source.skipped_files, 1);
}

TEST_F(SourceTextTest, WhatIsLeftOutOfAFolderIsCountedAndTheFirstIsNamedWithItsReason) {
  Write("data/a.txt", "one ");
  Write("data/b/latin1.txt", "na\xEFve caf\xE9 au lait");
  Write("data/c.txt.gz", "\x1F\x8B\x08...");
  Write("data/d.jsonl", "{\"text\": \"two\"}\noops\n{\"text\": \"three\"}\n[]\n");
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one two\nthree\n");
  EXPECT_EQ(source.files, 2);
  EXPECT_EQ(source.skipped_files, 2);
  EXPECT_EQ(source.skipped_lines, 2);
  EXPECT_THAT(source.LeftOut(), StartsWith("left out 2 of 4 files and 2 lines; the first: "
                                           "b/latin1.txt: byte 0xef at offset 2 is no text"));
}

TEST_F(SourceTextTest, NothingIsSaidWhereNothingWasLeftOut) {
  Write("data/a.txt", "one ");
  Write("data/empty.txt", "");
  EXPECT_EQ(Must(ReadFrom(folder_ / "data")).LeftOut(), "");
}

TEST_F(SourceTextTest, AFolderOfLinksIsReadThroughThem) {
  Write("blobs/5d41402a", "{\"text\": \"two\"}\n");
  Write("blobs/7d793037", "one ");
  fs::create_directories(folder_ / "snapshots" / "main");
  fs::create_symlink("../../blobs/5d41402a", folder_ / "snapshots" / "main" / "train.jsonl");
  fs::create_symlink("../../blobs/7d793037", folder_ / "snapshots" / "main" / "a.txt");
  const SourceText source = Must(ReadFrom(folder_ / "snapshots" / "main"));
  EXPECT_EQ(source.text, "one two\n");
  EXPECT_EQ(source.files, 2);
  EXPECT_EQ(source.linked_files, 2);
  EXPECT_EQ(source.LeftOut(), "");
}

TEST_F(SourceTextTest, AFileWithSeveralNamesIsReadOnceUnderALinksName) {
  Write("cache/blobs/5d41402a", "{\"text\": \"one\"}\n");
  Write("cache/blobs/7d793037", "two ");
  fs::create_directories(folder_ / "cache" / "snapshots");
  fs::create_symlink("../blobs/5d41402a", folder_ / "cache" / "snapshots" / "train.jsonl");
  fs::create_symlink("../blobs/5d41402a", folder_ / "cache" / "snapshots" / "train2.jsonl");
  fs::create_hard_link(folder_ / "cache" / "blobs" / "7d793037", folder_ / "cache" / "z.txt");
  const SourceText source = Must(ReadFrom(folder_ / "cache"));
  EXPECT_EQ(source.text, "two one\n");
  EXPECT_EQ(source.files, 2);
  EXPECT_EQ(source.linked_files, 0);
}

TEST_F(SourceTextTest, LinksThatLeadInACircleNowhereOrToAFolderElsewhereAreNotWalked) {
  Write("elsewhere/secret.txt", "secret");
  Write("data/1.txt", "one");
  fs::create_directory_symlink("..", folder_ / "data" / "2-up");
  fs::create_directory_symlink(".", folder_ / "data" / "3-itself");
  fs::create_symlink("4-loop", folder_ / "data" / "4-loop");
  fs::create_symlink("nowhere", folder_ / "data" / "5.txt");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "data" / "6");
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one");
  EXPECT_EQ(source.skipped_files, 4);
  EXPECT_THAT(source.first_skipped, HasSubstr("2-up: a link to a folder elsewhere"));
}

TEST_F(SourceTextTest, WhatIsHiddenInAFolderIsNoPartOfTheData) {
  Write("data/1.txt", "one");
  Write("data/.git/config", "[core]");
  Write("data/.gitattributes", "* text");
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one");
  EXPECT_EQ(source.skipped_files, 0);
  Write(".hidden/1.txt", "two");
  EXPECT_EQ(TextOf(folder_ / ".hidden"), "two");  // what was named is read
}

TEST_F(SourceTextTest, WhatMayNotBeReadInAFolderIsNamed) {
  Write("data/1.txt", "one");
  const fs::path file = Write("data/2.txt", "locked"), inner = Write("data/3/in.txt", "locked");
  ASSERT_EQ(mkfifo((folder_ / "data" / "4").c_str(), 0600), 0);
  fs::permissions(folder_, fs::perms::all);
  fs::permissions(file, fs::perms::none);
  fs::permissions(inner.parent_path(), fs::perms::none);
  const AsNobody nobody;
  if (!nobody.changed()) GTEST_SKIP() << "root cannot become nobody here";
  const SourceText source = Must(ReadFrom(folder_ / "data"));
  EXPECT_EQ(source.text, "one");
  EXPECT_EQ(source.skipped_files, 3);
  EXPECT_THAT(source.first_skipped, AllOf(HasSubstr("2.txt"), HasSubstr("permission")));
}

TEST_F(SourceTextTest, AFolderWithoutTextIsNamed) {
  Write("data/2.bin", std::string("\0\1", 2));
  EXPECT_THAT(Refusal(folder_ / "data"),
              AllOf(HasSubstr("data"), HasSubstr("none of its 1 files")));
  fs::create_directory(folder_ / "empty");
  EXPECT_THAT(Refusal(folder_ / "empty"), HasSubstr("none of its 0 files"));
}

TEST_F(SourceTextTest, JsonLinesGiveTheTextOfEachLine) {
  const std::string lines = "{\"text\": \"one\\ntwo\"}\n\n  \r\n{\"id\": 3, \"text\": \"three\"}";
  EXPECT_EQ(TextOf(Write("a.jsonl", lines)), "one\ntwo\nthree\n");
  EXPECT_EQ(TextOf(Write("a.txt", lines), "jsonl"), "one\ntwo\nthree\n");
  EXPECT_EQ(TextOf(Write("a.jsonl", lines), "text"), lines);
}

TEST_F(SourceTextTest, AWrongJsonLineIsLeftOutAndNamedByItsNumber) {
  for (const char* line : {"{", "[1]", "\"text\"", "{\"txt\": \"a\"}", "{\"text\": 3}"}) {
    const std::string lines = std::string("{\"text\": \"one\"}\n\n") + line + "\n";
    const SourceText source = Must(ReadFrom(Write("a.jsonl", lines)));
    EXPECT_EQ(source.text, "one\n");
    EXPECT_EQ(source.skipped_lines, 1);
    EXPECT_THAT(source.LeftOut(), AllOf(StartsWith("left out 1 line; the first: "),
                                        HasSubstr("a.jsonl:3:"), Not(HasSubstr("\n"))))
        << line;
    // Of a file that is one list the rows are counted, not the lines.
    const char* place = line[0] == '[' ? "b.jsonl:1:" : "b.jsonl:2:";
    EXPECT_THAT(Refusal(Write("b.jsonl", std::string("\n") + line)),
                AllOf(HasSubstr(place), Not(HasSubstr("accepted"))));
  }
}

TEST_F(SourceTextTest, EveryEndingOfJsonLinesIsReadAsSuch) {
  const std::string lines = "{\"text\": \"one\"}\n";
  for (const char* name : {"a.jsonl", "a.JSONL", "a.ndjson", "a.NdJson", "a.json"}) {
    EXPECT_EQ(TextOf(Write(name, lines)), "one\n") << name;
    EXPECT_EQ(TextOf(Write(name, lines), "text"), lines) << name;
  }
}

TEST_F(SourceTextTest, TheHeadersOfThisMachineAreText) {
  if (!fs::exists("/usr/include/c++")) GTEST_SKIP() << "no C++ headers here";
  const SourceText source = Must(ReadFrom("headers"));
  EXPECT_GT(source.files, 100);
  EXPECT_EQ(source.LeftOut(), "");
  EXPECT_THAT(source.text.substr(0, 200000), HasSubstr("#include"));
  EXPECT_EQ(TextOf("headers"), source.text);
}

}  // namespace
}  // namespace mhc
