// What every file of the house keeps to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "source_files.h"

namespace mhc {
namespace {

std::vector<std::filesystem::path> AllSources() {
  std::vector<std::filesystem::path> all;
  for (const char* top : {"app", "core", "widgets", "tests"}) {
    const auto files = SourceFiles(top, {".h", ".cc"});
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

// The name of a clang-format of version 14 on this machine; empty where there is none.
std::string ClangFormat() {
  for (const char* name : {"clang-format-14", "clang-format"}) {
    const std::string ask = std::string(name) + " --version 2>/dev/null || true";
    if (Output(ask).find("version 14.") != std::string::npos) return name;
  }
  return {};
}

TEST(HouseRules, EveryFileIsFormattedByTheTreesOwnStyle) {
  const std::string program = ClangFormat();
  if (program.empty()) {
    GTEST_SKIP() << "found " << Output("clang-format --version 2>&1 || true")
                 << ", expected clang-format 14: each version formats differently";
  }
  std::string command = program + " --style=file --dry-run --Werror";
  for (const auto& file : AllSources()) command += " '" + file.string() + "'";
  Output(command + " 2>&1");
}

TEST(HouseRules, NineFilesOfTenHaveLessThanFourHundredLines) {
  std::size_t files = 0, longer = 0;
  for (const auto& file : AllSources()) {
    ++files;
    if (Lines(file).size() >= 400) ++longer;
  }
  EXPECT_LE(10 * longer, files) << longer << " of " << files;
}

TEST(HouseRules, NoFileNamesUnfinishedWork) {
  // Spelt in parts, so that this file keeps to its own rule.
  const std::regex unfinished(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|not implem"
      "ented)\\b");
  for (const auto& file : AllSources()) {
    for (const std::string& line : Lines(file)) {
      EXPECT_FALSE(std::regex_search(line, unfinished)) << Relative(file) << ": " << line;
    }
  }
}

TEST(HouseRules, TestsDoNotSleep) {
  const std::regex sleep(
      "(sleep_"
      "for|sleep_"
      "until|\\busl"
      "eep\\(|qW"
      "ait\\()");
  for (const auto& file : SourceFiles("tests", {".h", ".cc"})) {
    for (const std::string& line : Lines(file)) {
      EXPECT_FALSE(std::regex_search(line, sleep)) << Relative(file) << ": " << line;
    }
  }
}

TEST(HouseRules, NamesAreOfTheFieldAndNotOfTheTrade) {
  const std::regex vague("(manager|helper|utils?|misc|common)", std::regex::icase);
  for (const auto& file : AllSources()) {
    EXPECT_FALSE(std::regex_search(file.stem().string(), vague)) << Relative(file);
  }
}

TEST(HouseRules, EveryHeaderOfTheCoreBeginsWithWhatItIs) {
  for (const auto& file : SourceFiles("core", {".h"})) {
    const auto lines = Lines(file);
    EXPECT_TRUE(!lines.empty() && lines.front().starts_with("//"))
        << Relative(file) << " does not begin with what it is";
    // What is compiled once for each instruction set is read as often.
    if (file.stem().string().ends_with("-inl")) continue;
    EXPECT_THAT(lines, ::testing::Contains("#pragma once")) << Relative(file);
  }
}

}  // namespace
}  // namespace mhc
