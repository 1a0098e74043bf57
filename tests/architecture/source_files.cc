#include "source_files.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <algorithm>
#include <fstream>

namespace mhc {

std::vector<std::filesystem::path> SourceFiles(const std::string& folder,
                                               const std::vector<std::string>& endings) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path top = std::filesystem::path(MHC_SOURCE_DIR) / folder;
  if (!std::filesystem::exists(top)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
    const std::string ending = entry.path().extension().string();
    const bool wanted = std::find(endings.begin(), endings.end(), ending) != endings.end();
    if (entry.is_regular_file() && wanted) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> Lines(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string Relative(const std::filesystem::path& file) {
  return file.lexically_relative(MHC_SOURCE_DIR).string();
}

std::string Output(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe))
    text.append(buffer, count);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

}  // namespace mhc
