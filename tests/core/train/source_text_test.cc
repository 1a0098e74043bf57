#include "core/train/source_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include "train_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

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

TEST_F(SourceTextTest, LinksInAFolderAreNotFollowed) {
  Write("secret.txt", "secret");
  Write("elsewhere/secret.txt", "secret");
  Write("data/1.txt", "one");
  fs::create_symlink(folder_ / "secret.txt", folder_ / "data" / "2.txt");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "data" / "3");
  fs::create_symlink("nowhere", folder_ / "data" / "4.txt");
  EXPECT_EQ(TextOf(folder_ / "data"), "one");
}

TEST_F(SourceTextTest, ALinkThatLeadsToItselfIsNotFollowedEither) {
  Write("data/1.txt", "one");
  fs::create_symlink("loop", folder_ / "data" / "loop");
  EXPECT_EQ(TextOf(folder_ / "data"), "one");
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

TEST_F(SourceTextTest, AWrongJsonLineIsNamedByItsNumber) {
  for (const char* line : {"{", "[1]", "\"text\"", "{\"txt\": \"a\"}", "{\"text\": 3}"}) {
    const std::string lines = std::string("{\"text\": \"one\"}\n\n") + line + "\n";
    EXPECT_THAT(Refusal(Write("a.jsonl", lines)), AllOf(HasSubstr("a.jsonl:3:"), HasSubstr("text")))
        << line;
  }
}

TEST_F(SourceTextTest, TheHeadersOfThisMachineAreText) {
  if (!fs::exists("/usr/include/c++")) GTEST_SKIP() << "no C++ headers here";
  const SourceText source = Must(ReadFrom("headers"));
  EXPECT_GT(source.files, 100);
  EXPECT_THAT(source.text.substr(0, 200000), HasSubstr("#include"));
  EXPECT_EQ(TextOf("headers"), source.text);
}

}  // namespace
}  // namespace mhc
