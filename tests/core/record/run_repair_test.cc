#include "core/record/run/run_repair.h"

#include <nlohmann/json.hpp>

#include "core/formats/checksum.h"
#include "core/formats/safetensors_writer.h"
#include "core/record/run/checkpoint_check.h"
#include "core/record/run/run_folder.h"
#include "record_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A run of 9,000 steps with checkpoints at 0, 4000 and 8000.
class RunRepairTest : public RecordTest {
 protected:
  RunRepairTest() : run_(Must(RunFolder::Create(folder_ / "run", Small()))) {
    RecordWriter writer = Must(RecordWriter::Create(run_.record_path(), Description()));
    for (const std::int64_t step : {0, 4000, 8000}) {
      MakeCheckpoint(step);
      Must(writer.AppendCheckpoint(step, "regular"));
    }
    AppendSteps(writer, 1, 9000, 10.0);
    Must(writer.Close(RunState::kStopped));
  }
  static Configuration Small() { return Must(ParseConfiguration("name = \"small\"", "test", {})); }

  void MakeCheckpoint(std::int64_t step) const {
    const fs::path folder = run_.checkpoint_path(step);
    fs::create_directory(folder);
    const std::vector<float> numbers = {1.0f, 2.0f, 3.0f};
    const SafetensorsTensor tensor{
        "weight", ElementType::kF32, {3}, std::as_bytes(std::span(numbers))};
    nlohmann::json state = {{"version", kStateVersion}, {"step", step}};
    for (const char* name : {kModelFile, kOptimizerFile}) {
      Must(WriteSafetensors(folder / name, std::span(&tensor, 1)));
      state["checksums"][name] = ChecksumOf(ReadFile(folder / name));
    }
    state[kStateChecksum] = ChecksumOfState(state);
    WriteFile(folder / kStateFile, state.dump());
  }
  void FlipABit(const fs::path& file) const {
    std::string bytes = ReadFile(file);
    bytes[bytes.size() - 2] = static_cast<char>(bytes[bytes.size() - 2] ^ 4);
    WriteFile(file, bytes);
  }
  std::vector<std::int64_t> CheckpointSteps() const {
    std::vector<std::int64_t> steps;
    for (const auto& row : Must(Must(RecordReader::Open(run_.record_path())).Checkpoints())) {
      steps.push_back(row.step);
    }
    return steps;
  }
  RepairReport Repair(bool only_look = false) const {
    return Must(RepairRun(run_.path(), only_look));
  }

  RunFolder run_;
};

TEST_F(RunRepairTest, OfASoundRunEverythingIsKeptAndNothingChanges) {
  const std::string before = ReadFile(run_.record_path());
  const RepairReport look = Repair(/*only_look=*/true);
  EXPECT_THAT(look.problems, IsEmpty());
  EXPECT_EQ(ReadFile(run_.record_path()), before);
  const RepairReport report = Repair();
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_THAT(report.repaired, IsEmpty());
  EXPECT_THAT(report.kept, ElementsAre("step-000000000", "step-000004000", "step-000008000"));
  EXPECT_EQ(Must(Must(RecordReader::Open(run_.record_path())).State()), RunState::kStopped);
}

TEST_F(RunRepairTest, ADamagedCheckpointIsSetAsideAndALookOnlyTells) {
  FlipABit(run_.checkpoint_path(8000) / kOptimizerFile);
  const RepairReport look = Repair(/*only_look=*/true);
  ASSERT_THAT(look.problems, SizeIs(1));
  EXPECT_THAT(look.problems[0], HasSubstr("step-000008000/optimizer.safetensors"));
  EXPECT_THAT(look.repaired, IsEmpty());
  EXPECT_TRUE(fs::exists(run_.checkpoint_path(8000)));
  const RepairReport report = Repair();
  EXPECT_THAT(report.repaired, SizeIs(1));
  EXPECT_THAT(report.kept, ElementsAre("step-000000000", "step-000004000"));
  EXPECT_TRUE(fs::exists(run_.checkpoints_path() / "step-000008000.damaged"));
  EXPECT_THAT(CheckpointSteps(), ElementsAre(0, 4000));
  EXPECT_THAT(Repair().problems, IsEmpty());
}

TEST_F(RunRepairTest, RowsAndFoldersAreBroughtTogether) {
  fs::remove_all(run_.checkpoint_path(4000));
  MakeCheckpoint(6000);
  fs::create_directory(run_.checkpoints_path() / "step-000007000.partial");
  const RepairReport report = Repair();
  EXPECT_THAT(report.problems, SizeIs(3));
  EXPECT_THAT(report.repaired, SizeIs(3));
  EXPECT_THAT(CheckpointSteps(), ElementsAre(0, 6000, 8000));
  EXPECT_FALSE(fs::exists(run_.checkpoints_path() / "step-000007000.partial"));
}

TEST_F(RunRepairTest, AnIndexThatIsNotThatOfTheRowsIsFoldedAgain) {
  {
    SQLite::Database record(run_.record_path().string(), SQLite::OPEN_READWRITE);
    record.exec("UPDATE chunk SET minimum = -1e9 WHERE \"column\" = 'loss'");
  }
  const RepairReport report = Repair();
  ASSERT_THAT(report.problems, SizeIs(1));
  EXPECT_THAT(report.problems[0], HasSubstr("index"));
  EXPECT_GT(Must(Must(RecordReader::Open(run_.record_path())).ColumnExtremes("loss")).minimum,
            -1e8);
}

TEST_F(RunRepairTest, ADamagedRecordIsToldAndLeftAsItIs) {
  std::string bytes = ReadFile(run_.record_path());
  const std::size_t page = 4096;
  for (std::size_t at = bytes.size() / page / 2 * page, end = at + 3 * page; at < end; at += 8) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
  }
  WriteFile(run_.record_path(), bytes);
  const auto report = RepairRun(run_.path(), false);
  if (report) {
    EXPECT_FALSE(report->problems.empty());
    EXPECT_THAT(report->repaired, IsEmpty());
  } else {
    EXPECT_THAT(report.error().message, HasSubstr("record.sqlite"));
  }
  EXPECT_EQ(ReadFile(run_.record_path()), bytes);
}

TEST_F(RunRepairTest, ALiveRunIsNotRepaired) {
  const RunLock engine = Must(run_.Lock());
  const auto refused = RepairRun(run_.path(), false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(std::to_string(getpid())));
  EXPECT_TRUE(RepairRun(run_.path(), true));
}

}  // namespace
}  // namespace mhc
