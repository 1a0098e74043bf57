// Who may know whom: what the programs link, and what the rooms include.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "source_files.h"

namespace mhc {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Every library that a program of ours would load, direct or not, from the loader itself.
std::string LoadedLibraries(const std::string& program) {
  return Output("ldd " + std::string(MHC_BINARY_DIR) + "/bin/" + program);
}

TEST(LinkedLibraries, TheCommandLineLinksNeitherQtNorLibTorch) {
  const std::string libraries = LoadedLibraries("mhc");
  EXPECT_THAT(libraries, HasSubstr("libc.so"));
  EXPECT_THAT(libraries, Not(AnyOf(HasSubstr("libQt"), HasSubstr("torch"), HasSubstr("libc10"))));
}

TEST(LinkedLibraries, TheEngineLinksLibTorchAndNoQt) {
  const std::filesystem::path engine = std::filesystem::path(MHC_BINARY_DIR) / "bin/mhc-engine";
  if (!std::filesystem::exists(engine)) GTEST_SKIP() << "built without the engine";
  const std::string libraries = LoadedLibraries("mhc-engine");
  EXPECT_THAT(libraries, HasSubstr("libtorch"));
  EXPECT_THAT(libraries, Not(HasSubstr("libQt")));
}

TEST(LinkedLibraries, TheLabLinksQtAndNoLibTorch) {
  const std::filesystem::path lab = std::filesystem::path(MHC_BINARY_DIR) / "bin/mhclab";
  if (!std::filesystem::exists(lab)) GTEST_SKIP() << "built without the lab";
  const std::string libraries = LoadedLibraries("mhclab");
  EXPECT_THAT(libraries, HasSubstr("libQt6Widgets"));
  EXPECT_THAT(libraries, Not(AnyOf(HasSubstr("torch"), HasSubstr("libc10"))));
}

TEST(LinkedLibraries, TheEngineLoadsOneOpenMpRuntime) {
  const std::filesystem::path engine = std::filesystem::path(MHC_BINARY_DIR) / "bin/mhc-engine";
  if (!std::filesystem::exists(engine)) GTEST_SKIP() << "built without the engine";
  const std::string libraries = LoadedLibraries("mhc-engine");
  const std::regex runtime("lib(gomp|iomp5|omp)[^ ]* =>");
  const auto first = std::sregex_iterator(libraries.begin(), libraries.end(), runtime);
  EXPECT_EQ(std::distance(first, std::sregex_iterator()), 1) << libraries;
}

// The rooms that a file of a room may include from, its own among them.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"core/manifold", {"core/manifold"}},
    {"core/formats", {"core/formats"}},
    {"core/record", {"core/record", "core/manifold", "core/formats"}},
    {"core/plan", {"core/plan", "core/record", "core/manifold", "core/formats"}},
    {"core/model", {"core/model", "core/record", "core/manifold", "core/formats"}},
    {"core/train", {"core/train", "core/model", "core/record", "core/manifold", "core/formats"}},
    {"app/command_line", {"app/command_line", "core/record", "core/manifold", "core/formats"}},
    {"app/mhc",
     {"app/mhc", "app/command_line", "core/plan", "core/record", "core/manifold", "core/formats"}},
    {"app/engine",
     {"app/engine", "app/command_line", "core/train", "core/model", "core/record", "core/manifold",
      "core/formats"}},
    {"widgets", {"widgets", "core/plan", "core/record", "core/manifold", "core/formats"}},
    {"app/lab",
     {"app/lab", "widgets", "core/plan", "core/record", "core/manifold", "core/formats"}}};

TEST(Includes, ArrowsBetweenRoomsPointDownOnly) {
  const std::regex include("^#include \"((?:core|app)/[a-z_]+|widgets)/.*");
  for (const auto& [room, allowed] : kMayInclude) {
    const auto files = SourceFiles(room, {".h", ".cc"});
    EXPECT_FALSE(files.empty()) << room;
    for (const auto& file : files) {
      for (const std::string& line : Lines(file)) {
        std::smatch match;
        if (!std::regex_match(line, match, include)) continue;
        EXPECT_THAT(allowed, ::testing::Contains(match[1].str())) << Relative(file) << ": " << line;
      }
    }
  }
}

TEST(Includes, EveryRoomHasItsRow) {
  for (const char* top : {"core", "app"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(MHC_SOURCE_DIR) / top)) {
      if (!entry.is_directory()) continue;
      EXPECT_TRUE(kMayInclude.contains(Relative(entry.path()))) << entry.path();
    }
  }
}

TEST(Includes, TorchHeadersStandInTheTrainingRoomsAlone) {
  const std::regex torch("^#include <(torch|ATen|c10)/.*");
  for (const char* top : {"core", "app", "widgets"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc"})) {
      const std::string path = Relative(file);
      if (path.starts_with("core/model/") || path.starts_with("core/train/") ||
          path.starts_with("app/engine/")) {
        continue;
      }
      for (const std::string& line : Lines(file)) {
        EXPECT_FALSE(std::regex_match(line, torch)) << path << ": " << line;
      }
    }
  }
}

TEST(Includes, QtHeadersStandInTheWindowsRoomsAlone) {
  const std::regex qt("^#include <Q[A-Za-z]+.*");
  for (const char* top : {"core", "app/mhc", "app/engine", "app/command_line"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc"})) {
      for (const std::string& line : Lines(file)) {
        EXPECT_FALSE(std::regex_match(line, qt)) << Relative(file) << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace mhc
