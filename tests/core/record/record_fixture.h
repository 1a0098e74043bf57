// A folder of its own for every test, and small records to put into it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/record/record/record_reader.h"
#include "core/record/record/record_writer.h"

namespace mhc {

// The value of a Result, or the end of the test with its message.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}
inline void Must(Status status) {
  if (!status) throw std::runtime_error(status.error().message);
}

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mhc-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "record.sqlite";
  }
  ~RecordTest() override {
    std::error_code ignored;
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }

  static RunDescription Description() {
    RunDescription description;
    description.id = "0123456789abcdef";
    description.name = "small";
    description.created = 1764000000.25;
    description.steps = 100000;
    description.sites = 4;
    description.streams = 2;
    description.parameters = 1234;
    return description;
  }

  static StepRecord Step(std::int64_t step, double loss) {
    StepRecord record;
    record.step = step;
    record.Set("loss", loss);
    record.Set("tokens", 256.0 * static_cast<double>(step));
    return record;
  }

  RecordWriter NewRecord() const { return Must(RecordWriter::Create(file_, Description())); }
  RecordReader Reader() const { return Must(RecordReader::Open(file_)); }

  static void AppendSteps(RecordWriter& writer, std::int64_t first, std::int64_t last,
                          double loss_at_0) {
    for (std::int64_t step = first; step <= last; ++step) {
      Must(writer.AppendStep(Step(step, loss_at_0 - static_cast<double>(step))));
    }
  }

  std::vector<std::string> FilesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Changes a closed record behind the library's back.
  void Execute(const std::string& sql) const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec(sql);
  }

  void WriteFile(const std::filesystem::path& file, const std::string& bytes) const {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  static std::string ReadFile(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

}  // namespace mhc
