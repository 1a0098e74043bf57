#include "core/formats/open_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "core/formats/small_file.h"
#include "tests/core/formats/scratch_folder.h"
#include "tests/failing_calls.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class OpenFolderTest : public ScratchFolder {
 protected:
  OpenFolder Open(const std::string& name) const {
    return OpenFolder::Open(InFolder(name)).value();
  }
  OpenFolder Scratch() const { return OpenFolder::Open(folder_).value(); }
};

TEST_F(OpenFolderTest, IsReachedWhereverItIsMoved) {
  fs::create_directory(InFolder("before"));
  const OpenFolder open = Open("before");
  fs::rename(InFolder("before"), InFolder("after"));
  fs::create_directory(InFolder("before"));
  ASSERT_TRUE(WriteNewFile(open, "file", "text", false));
  EXPECT_EQ(Read(InFolder("after/file")), "text");
  EXPECT_EQ(Read(open.At("file")), "text");
  EXPECT_TRUE(fs::is_empty(InFolder("before"))) << "another folder that took the name";
  EXPECT_EQ(open.path(), InFolder("before"));
  EXPECT_EQ(open.PresentPath(), fs::canonical(InFolder("after")));
}

TEST_F(OpenFolderTest, KnowsThatItWasRemovedAndThatNothingPassesThen) {
  fs::create_directory(InFolder("run"));
  const OpenFolder open = Open("run");
  EXPECT_FALSE(open.WasRemoved());
  fs::remove(InFolder("run"));
  EXPECT_TRUE(open.WasRemoved());
  const Status made = open.MakeFolder("inside");
  ASSERT_FALSE(made);
  EXPECT_FALSE(made.error().may_pass);
}

TEST_F(OpenFolderTest, FollowsNoLink) {
  fs::create_directory(InFolder("elsewhere"));
  Write("elsewhere/precious", "kept");
  fs::create_directory_symlink(InFolder("elsewhere"), InFolder("folder"));
  fs::create_symlink(InFolder("elsewhere/precious"), InFolder("file"));
  const OpenFolder scratch = Scratch();
  EXPECT_THAT(scratch.Inside("folder").error().message,
              AllOf(HasSubstr("folder"), HasSubstr("symbolic link")));
  EXPECT_THAT(OpenFolder::Open(InFolder("folder")).error().message, HasSubstr("symbolic link"));
  EXPECT_TRUE(OpenFolder::OpenNamed(InFolder("folder")));
  EXPECT_THAT(scratch.OpenFile("file", O_RDWR).error().message, HasSubstr("symbolic link"));
  EXPECT_FALSE(scratch.HoldsFolder("folder"));
  EXPECT_FALSE(scratch.HoldsFile("file"));
  EXPECT_TRUE(scratch.Holds("file"));
  ASSERT_TRUE(scratch.RemoveFolder("folder"));
  ASSERT_TRUE(scratch.RemoveFile("file"));
  EXPECT_EQ(Read(InFolder("elsewhere/precious")), "kept");
}

TEST_F(OpenFolderTest, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(InFolder("pipe").c_str(), 0600), 0);
  EXPECT_THAT(Scratch().OpenFile("pipe", O_RDONLY).error().message,
              HasSubstr("something else than a file"));
  EXPECT_FALSE(Scratch().OpenFile("pipe", O_WRONLY | O_APPEND));
}

TEST_F(OpenFolderTest, RemovesAFolderWithAllThatIsInIt) {
  fs::create_directories(InFolder("a/b/c"));
  Write("a/b/file", "x");
  Write("outside", "kept");
  fs::create_symlink(InFolder("outside"), InFolder("a/link"));
  ASSERT_TRUE(Scratch().RemoveFolder("a"));
  ASSERT_TRUE(Scratch().RemoveFolder("none"));
  EXPECT_THAT(Scratch().Names().value(), ElementsAre("outside"));
}

TEST_F(OpenFolderTest, WhatItMakesIsTheOwnersAloneWhateverTheUmask) {
  const mode_t before = umask(0);
  ASSERT_TRUE(WriteNewFile(Scratch(), "file", "x", true));
  ASSERT_TRUE(Scratch().MakeFolder("folder"));
  umask(before);
  EXPECT_EQ(fs::status(InFolder("file")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(InFolder("folder")).permissions(), fs::perms::owner_all);
}

TEST_F(OpenFolderTest, AFullDiskMayPassAndWhatIsMissingMayNot) {
  Write("a", "x");
  const OpenFolder scratch = Scratch();
  const FailingCalls failing({.call = "rename", .to = 1, .reason = EDQUOT});
  const Status full = scratch.Rename("a", "b");
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().may_pass);
  EXPECT_THAT(full.error().message, HasSubstr("quota"));
  const Status missing = scratch.Rename("none", "b");
  ASSERT_FALSE(missing);
  EXPECT_FALSE(missing.error().may_pass);
}

TEST_F(OpenFolderTest, ANewFileThatCannotBeWrittenWholeIsNotThere) {
  for (const char* call : {"write", "sync"}) {
    const FailingCalls failing({.call = call});
    EXPECT_FALSE(WriteNewFile(Scratch(), "file", "text", true)) << call;
    EXPECT_FALSE(fs::exists(InFolder("file"))) << call;
  }
}

}  // namespace
}  // namespace mhc
