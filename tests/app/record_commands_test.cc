// status, list, follow and export say what the record holds, in the words of the contract.
#include <fstream>
#include <sstream>

#include "core/formats/npy.h"
#include "core/record/record/record_reader.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kSteps = 60;

class RecordCommandsTest : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    Train("run", kSteps);
  }
  std::string Run() const { return Path("run").string(); }
};

TEST_F(RecordCommandsTest, StatusHasEveryKeyOfTheContract) {
  const auto status = StatusOf("run");
  for (const char* key : {"run",
                          "id",
                          "state",
                          "step",
                          "steps",
                          "loss",
                          "best_loss",
                          "validation_loss",
                          "connection",
                          "constraint",
                          "parameters",
                          "mixing_parameters",
                          "tokens_per_second",
                          "step_ms",
                          "probe_share",
                          "threads",
                          "device",
                          "parent",
                          "checkpoints",
                          "alerts",
                          "interventions"}) {
    EXPECT_TRUE(status.contains(key)) << key;
  }
  EXPECT_EQ(status["state"], "finished");
  EXPECT_EQ(status["step"], kSteps);
  EXPECT_EQ(status["constraint"], "sinkhorn");
  EXPECT_EQ(status["threads"], 1);
  for (const char* part : {"sublayers", "coefficients", "constraint", "apply", "rest"}) {
    EXPECT_GT(status["step_parts_ms"][part], 0.0) << part;
  }
  EXPECT_GT(status["peak_memory_mib"], 10.0);
  EXPECT_TRUE(status["parent"].is_null());
  EXPECT_EQ(status["checkpoints"], nlohmann::json({0, 50, 60}));
  EXPECT_LE(status["best_loss"], status["loss"]);
}

TEST_F(RecordCommandsTest, TrainEndsWithTheStatusAsItsOneDocument) {
  std::vector<std::string> words = TrainWords("other", 5);
  words.push_back("--json");
  const Finished trained = RunProgram(words);
  EXPECT_EQ(nlohmann::json::parse(trained.out, nullptr, false), StatusOf("other"));
}

TEST_F(RecordCommandsTest, FollowGivesEveryStepOnceAndTheCheckpointsBetween) {
  const Finished followed = RunProgram({"mhc", "follow", Run()});
  EXPECT_EQ(followed.status, 0) << followed.err;
  std::int64_t step = 0;
  std::vector<std::int64_t> checkpoints;
  for (const auto& line : ParseLines(followed.out)) {
    if (line.contains("checkpoint")) {
      checkpoints.push_back(line["checkpoint"]["step"]);
      EXPECT_EQ(checkpoints.back(), step);
      continue;
    }
    EXPECT_EQ(line["step"], ++step);
    EXPECT_TRUE(line.contains("loss") && line.contains("segment"));
  }
  EXPECT_EQ(step, kSteps);
  EXPECT_EQ(checkpoints, (std::vector<std::int64_t>{0, 50, 60}));
}

TEST_F(RecordCommandsTest, FollowSinceAStepBeginsAfterIt) {
  const auto lines = ParseLines(RunProgram({"mhc", "follow", Run(), "--since", "58"}).out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["step"], 59);
  EXPECT_EQ(lines[1]["step"], 60);
  EXPECT_EQ(lines[2]["checkpoint"]["step"], 60);
}

TEST_F(RecordCommandsTest, FollowOfALiveRunEndsWithTheRunAndMissesNoStep) {
  StartedProgram engine(TrainWords("live", 200));
  ASSERT_TRUE(WaitForStep("live", 3));
  const Finished followed = RunProgram({"mhc", "follow", Path("live").string()});
  EXPECT_EQ(engine.Wait().status, 0);
  std::int64_t step = 0;
  for (const auto& line : ParseLines(followed.out)) {
    if (line.contains("step")) {
      EXPECT_EQ(line["step"], ++step);
    }
  }
  EXPECT_EQ(step, 200);
}

TEST_F(RecordCommandsTest, CsvBeginsWithTheContractsColumnsAndHasOneRowAStep) {
  const std::string csv = RunProgram({"mhc", "export", Run(), "--as", "csv"}).out;
  EXPECT_THAT(csv, StartsWith("step,tokens,seconds,loss,learning_rate,gradient_norm,"));
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  for (int step = 1; step <= kSteps; ++step) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_THAT(line, StartsWith(std::to_string(step) + ","));
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(RecordCommandsTest, JsonLinesAreThoseOfFollow) {
  const std::string out = Path("run.jsonl").string();
  const Finished exported =
      RunProgram({"mhc", "export", Run(), "--as", "jsonl", "--out", out, "--json"});
  std::ifstream file(out);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, RunProgram({"mhc", "follow", Run()}).out);
  EXPECT_EQ(nlohmann::json::parse(exported.out)["rows"], kSteps + 3);
}

TEST_F(RecordCommandsTest, MatricesAreTheSnapshotAtOrBeforeTheStep) {
  const std::string out = Path("h.npy").string();
  const Finished exported = RunProgram(
      {"mhc", "export", Run(), "--as", "matrices", "--step", "49", "--out", out, "--json"});
  EXPECT_EQ(nlohmann::json::parse(exported.out)["step"], 25);
  const auto array = ReadNpy(out);
  ASSERT_TRUE(array.has_value());
  EXPECT_EQ(array->type, ElementType::kF64);
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{2, 4, 4}));
  auto reader = RecordReader::Open(Path("run/record.sqlite"));
  const auto snapshot = reader->SnapshotAt("res_mean", 25);
  ASSERT_TRUE(snapshot && *snapshot);
  EXPECT_THAT(array->values, ::testing::ElementsAreArray((*snapshot)->snapshot.data));
}

TEST_F(RecordCommandsTest, ListHasARowARun) {
  Train("hc", 5, {"mixing.connection=hc"});
  const auto runs =
      nlohmann::json::parse(RunProgram({"mhc", "list", Path("").string(), "--json"}).out)["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["connection"], "hc");
  EXPECT_EQ(runs[0]["constraint"], "unconstrained");
  EXPECT_EQ(runs[1]["connection"], "mhc");
  EXPECT_THAT(RunProgram({"mhc", "list", Path("").string()}).out, HasSubstr("sinkhorn"));
}

TEST_F(RecordCommandsTest, AReadOnlyCopyOfARunIsReadAsWell) {
  std::filesystem::copy(Path("run"), Path("copy"), std::filesystem::copy_options::recursive);
  for (const char* name : {"copy/record.sqlite", "copy"}) {
    std::filesystem::permissions(Path(name), std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::remove);
  }
  EXPECT_EQ(StatusOf("copy")["step"], kSteps);
  std::filesystem::permissions(Path("copy"), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace mhc
