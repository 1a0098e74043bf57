#include "program_test.h"

#include <algorithm>
#include <sstream>

#include "core/record/record/record_reader.h"
#include "core/record/run/run_folder.h"

namespace mhc {

void ProgramTest::SetUp() {
  std::string name = (std::filesystem::temp_directory_path() / "mhc-app-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  folder_ = name;
}

void ProgramTest::TearDown() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> ProgramTest::TrainWords(const std::string& run, int steps,
                                                 const std::vector<std::string>& settings) const {
  std::vector<std::string> words = {
      "mhc", "train", "tiny", "--run", Path(run).string(), "--steps", std::to_string(steps)};
  const auto set = [&](const std::string& setting) {
    words.push_back("--set");
    words.push_back(setting);
  };
  for (const char* setting : {"data.source=arithmetic", "model.blocks=1", "model.channels=16",
                              "model.heads=2", "model.context=16", "train.batch=4",
                              "train.checkpoint_every=50", "train.evaluate_every=0", "threads=1"}) {
    set(setting);
  }
  for (const std::string& setting : settings) set(setting);
  return words;
}

Finished ProgramTest::Train(const std::string& run, int steps,
                            const std::vector<std::string>& settings) {
  const Finished finished = RunProgram(TrainWords(run, steps, settings));
  EXPECT_EQ(finished.status, 0) << finished.err;
  return finished;
}

nlohmann::json ProgramTest::StatusOf(const std::string& run) const {
  const Finished finished = RunProgram({"mhc", "status", Path(run).string(), "--json"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

bool ProgramTest::IsAtStep(const std::string& run, std::int64_t step) const {
  const auto folder = RunFolder::Open(Path(run));
  if (!folder || !folder->Holder()) return false;
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return false;
  const auto last = reader->LastStep();
  return last && *last >= step;
}

bool ProgramTest::WaitForStep(const std::string& run, std::int64_t step) const {
  return WaitUntil([&] { return IsAtStep(run, step); });
}

std::vector<std::string> ProgramTest::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void ExpectBadInput(const Finished& finished, const std::string& part) {
  EXPECT_EQ(finished.status, 2) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, ::testing::StartsWith("mhc: "));
  EXPECT_THAT(finished.err, ::testing::HasSubstr(part));
  EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
}

std::vector<nlohmann::json> ParseLines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::json::parse(line, nullptr, false));
  }
  return lines;
}

}  // namespace mhc
