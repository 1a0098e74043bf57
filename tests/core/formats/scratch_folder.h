// A folder of one test's own, removed with it, and whole files in one call.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mhc {

class ScratchFolder : public testing::Test {
 protected:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mhc-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path InFolder(const std::string& name) const { return folder_ / name; }

  std::filesystem::path Write(const std::string& name, const std::string& content) const {
    std::ofstream(InFolder(name), std::ios::binary) << content;
    return InFolder(name);
  }

  static std::string Read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // How many files and folders there are, hidden ones included.
  std::size_t Entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::filesystem::path folder_;
};

}  // namespace mhc
