#include "core/formats/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "tests/core/formats/scratch_folder.h"

namespace mhc {
namespace {

class OutputFiles : public ScratchFolder {
 protected:
  static Status WriteNew(OutputFile& file) { return file.Append("new"); }
};

TEST_F(OutputFiles, ReplaceTheirTargetAndLeaveNothingBeside) {
  const auto path = Write("a", "old and longer");
  ASSERT_TRUE(ReplaceFile(path, WriteNew));
  EXPECT_EQ(Read(path), "new");
  ASSERT_TRUE(ReplaceFile(InFolder("b"), WriteNew));
  EXPECT_EQ(Read(InFolder("b")), "new");
  EXPECT_EQ(Entries(), 2u);
}

TEST_F(OutputFiles, KeepTheOldContentWhereTheWritingFails) {
  const auto path = Write("a", "old");
  const Status done = ReplaceFile(path, [](OutputFile& file) -> Status {
    if (const Status half = file.Append("half"); !half) return half;
    return Fail("no more");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no more");
  EXPECT_EQ(Read(path), "old");
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(OutputFiles, FollowALinkInsteadOfReplacingIt) {
  const auto target = Write("target", "old");
  std::filesystem::create_symlink(target, InFolder("link"));
  ASSERT_TRUE(ReplaceFile(InFolder("link"), WriteNew));
  EXPECT_TRUE(std::filesystem::is_symlink(InFolder("link")));
  EXPECT_EQ(Read(target), "new");
}

TEST_F(OutputFiles, WriteIntoAPipeAsItStands) {
  const auto pipe = InFolder("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  EXPECT_TRUE(ReplaceFile(pipe, WriteNew));
  std::array<char, 8> buffer = {};
  EXPECT_EQ(read(reader, buffer.data(), buffer.size()), 3);
  EXPECT_STREQ(buffer.data(), "new");
  close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(OutputFiles, NameThePathThatWasAskedFor) {
  const auto lost = InFolder("none") / "a";
  EXPECT_EQ(ReplaceFile(lost, WriteNew).error().message,
            lost.string() + ": No such file or directory");
  EXPECT_EQ(ReplaceFile(folder_, WriteNew).error().message,
            folder_.string() + ": found a folder, expected a file");
}

TEST_F(OutputFiles, SyncTheFolderOfAFile) {
  EXPECT_TRUE(SyncFolder(folder_));
  EXPECT_EQ(SyncFolder(InFolder("none")).error().message,
            InFolder("none").string() + ": No such file or directory");
}

}  // namespace
}  // namespace mhc
