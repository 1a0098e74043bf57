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

// The rooms that a file of a room may include from beside its own; a name stands for all rooms
// below it. A room inside a room has a row of its own.
const std::vector<std::string> kBelowRecord = {"core/manifold", "core/formats"};
const std::vector<std::string> kBelowPlan = {"core/record", "core/manifold", "core/formats"};
const std::vector<std::string> kBelowWidgets = {"core/plan", "core/record", "core/manifold",
                                                "core/formats", "widgets/look"};

std::vector<std::string> And(std::vector<std::string> rooms, const std::vector<std::string>& more) {
  rooms.insert(rooms.end(), more.begin(), more.end());
  return rooms;
}

// Of a room that draws.
std::vector<std::string> Picture() {
  return And({"widgets/frame", "widgets/measures", "widgets/words", "widgets/document"},
             kBelowWidgets);
}

// Of a room that may hold pictures, figures and panels.
std::vector<std::string> Page() {
  return And({"widgets/panels", "widgets/figures", "widgets/curves", "widgets/depth",
              "widgets/matrices", "widgets/scope"},
             Picture());
}

const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"core/manifold", {}},
    {"core/formats", {}},
    {"core/record/configuration", kBelowRecord},
    {"core/record/intervention", And({"core/record/configuration"}, kBelowRecord)},
    {"core/record/record",
     And({"core/record/configuration", "core/record/intervention"}, kBelowRecord)},
    {"core/record/run",
     And({"core/record/configuration", "core/record/intervention", "core/record/record"},
         kBelowRecord)},
    {"core/plan", kBelowPlan},
    {"core/model/kernels", {}},
    {"core/model/kernels/lanes", {"core/model/kernels"}},
    {"core/model/kernels/cpu", {"core/model/kernels/lanes", "core/model/kernels"}},
    {"core/model/kernels/cuda", {"core/model/kernels/lanes", "core/model/kernels"}},
    {"core/model", And({"core/model/kernels"}, kBelowPlan)},
    {"core/train", And({"core/model"}, kBelowPlan)},
    {"core/train/intervention_desk", And({"core/train", "core/model"}, kBelowPlan)},
    {"core/train/nonfinite_guard", And({"core/train", "core/model"}, kBelowPlan)},
    {"core/train/bench", And({"core/train", "core/model"}, kBelowPlan)},
    {"core/train/experiment",
     And({"core/train/intervention_desk", "core/train/nonfinite_guard", "core/train", "core/model"},
         kBelowPlan)},
    {"app/command_line", kBelowPlan},
    {"app/mhc", And({"app/command_line", "core/plan"}, kBelowPlan)},
    {"app/engine", And({"app/command_line", "core/train", "core/model", "core/plan"}, kBelowPlan)},
    {"app/lab", And({"widgets", "core/plan"}, kBelowPlan)},
    {"widgets/look", {"core/formats"}},
    {"widgets/document", kBelowWidgets},
    {"widgets/words", And({"widgets/document"}, kBelowWidgets)},
    {"widgets/frame", And({"widgets/document", "widgets/words"}, kBelowWidgets)},
    {"widgets/measures", And({"widgets/document"}, kBelowWidgets)},
    {"widgets/curves", Picture()},
    {"widgets/depth", Picture()},
    {"widgets/matrices", Picture()},
    {"widgets/scope", Picture()},
    {"widgets/panels", And({"widgets/document", "widgets/words"}, kBelowWidgets)},
    {"widgets/figures",
     And({"widgets/curves", "widgets/depth", "widgets/matrices", "widgets/scope"}, Picture())},
    {"widgets/dial", Page()},
    {"widgets/runs", Page()},
    {"widgets/help", Page()},
    {"widgets/actions", Page()},
    {"widgets/window", And({"widgets"}, kBelowWidgets)}};

// The room of a path like "core/record/run/run_folder.h": its row's name, the longest one.
std::string RoomOf(std::string path) {
  while (!path.empty() && !kMayInclude.contains(path)) {
    const std::size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
  return path;
}

bool MayInclude(const std::string& room, const std::string& included) {
  const std::string other = RoomOf(included);
  if (other == room) return true;
  for (const std::string& allowed : kMayInclude.at(room)) {
    // The room around a room means itself, not those beside it.
    const bool is_around = kMayInclude.contains(allowed) && room.starts_with(allowed + "/");
    if (other == allowed || (!is_around && other.starts_with(allowed + "/"))) return true;
  }
  return false;
}

TEST(Includes, ArrowsBetweenRoomsPointDownOnly) {
  const std::regex include("^#include \"((?:core|app|widgets)/[^\"]+)\".*");
  for (const char* top : {"core", "app", "widgets"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc", ".cu", ".cuh"})) {
      const std::string path = Relative(file);
      if (path == "core/result.h") continue;
      const std::string room = RoomOf(path);
      ASSERT_FALSE(room.empty()) << path << " stands in no room";
      for (const std::string& line : Lines(file)) {
        std::smatch match;
        if (!std::regex_match(line, match, include) || match[1] == "core/result.h") continue;
        EXPECT_TRUE(MayInclude(room, match[1])) << path << ": " << line;
      }
    }
  }
}

TEST(Includes, EveryRoomHasItsRowAndItsFiles) {
  for (const auto& [room, allowed] : kMayInclude) {
    EXPECT_FALSE(SourceFiles(room, {".h", ".cc"}).empty()) << room;
  }
}

// A file of these stands in a room, and in none that is not named: a room has no rooms of its own.
TEST(Includes, NoFileStandsBetweenTheRooms) {
  for (const char* top : {"core", "app", "widgets"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc", ".cu", ".cuh"})) {
      const std::string folder = Relative(file.parent_path());
      if (folder == "core" || folder.starts_with("core/manifold/")) continue;
      EXPECT_TRUE(kMayInclude.contains(folder)) << Relative(file);
    }
  }
}

// The stack is drawn by Dear ImGui; nothing else needs it, or OpenGL.
TEST(Includes, DearImGuiAndOpenGlStandInTheScopeAlone) {
  const std::regex drawing("^#include <(imgui|backends/imgui|QOpenGL|GL/|EGL/).*");
  for (const auto& file : SourceFiles("widgets", {".h", ".cc"})) {
    if (RoomOf(Relative(file)) == "widgets/scope") continue;
    for (const std::string& line : Lines(file)) {
      EXPECT_FALSE(std::regex_match(line, drawing)) << Relative(file) << ": " << line;
    }
  }
}

TEST(Includes, TorchHeadersStandInTheTrainingRoomsAlone) {
  const std::regex torch("^#include <(torch|ATen|c10)/.*");
  for (const char* top : {"core", "app", "widgets"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc", ".cu", ".cuh"})) {
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

// Built without LibTorch, so that the sanitizers can watch them.
TEST(Includes, TheFusedKernelsKnowNoTorch) {
  const std::regex torch("^#include <(torch|ATen|c10)/.*");
  auto files = SourceFiles("core/model/kernels", {".h", ".cc", ".cu", ".cuh"});
  for (const char* name : {"kernel_constraint", "fused_site", "placed_numbers"}) {
    for (const char* ending : {".h", ".cc"}) {
      files.push_back(std::filesystem::path(MHC_SOURCE_DIR) / "core/model" /
                      (std::string(name) + ending));
    }
  }
  for (const auto& file : files) {
    const auto lines = Lines(file);
    EXPECT_FALSE(lines.empty()) << Relative(file);
    for (const std::string& line : lines) {
      EXPECT_FALSE(std::regex_match(line, torch)) << Relative(file) << ": " << line;
    }
  }
}

TEST(Includes, QtHeadersStandInTheWindowsRoomsAlone) {
  const std::regex qt("^#include <Q[A-Za-z]+.*");
  for (const char* top : {"core", "app/mhc", "app/engine", "app/command_line"}) {
    for (const auto& file : SourceFiles(top, {".h", ".cc", ".cu", ".cuh"})) {
      for (const std::string& line : Lines(file)) {
        EXPECT_FALSE(std::regex_match(line, qt)) << Relative(file) << ": " << line;
      }
    }
  }
}

// Built without Qt, so that the thread sanitizer can watch it.
TEST(Includes, TheReaderOfRecordsIncludesNoQt) {
  const std::regex qt("^#include <Q[A-Za-z]+.*");
  const std::string folder = "widgets/document/";
  for (const std::string name :
       {"reader_thread", "run_follower", "run_update", "series", "smoothed_series"}) {
    for (const char* ending : {".h", ".cc"}) {
      const auto lines = Lines(std::filesystem::path(MHC_SOURCE_DIR) / (folder + name + ending));
      EXPECT_FALSE(lines.empty()) << name << ending;
      for (const std::string& line : lines) {
        EXPECT_FALSE(std::regex_match(line, qt)) << name << ending << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace mhc
