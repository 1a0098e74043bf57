#include "core/train/checkpoint_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/record/run/run_folder.h"
#include "train_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class CheckpointStoreTest : public TrainTest {
 protected:
  CheckpointStoreTest()
      : configuration_(TinyConfiguration({{"train.keep_checkpoints", "2"}})),
        run_(Must(RunFolder::Create(folder_ / "run", configuration_))),
        writer_(Must(RecordWriter::Create(run_.record_path(), {}))),
        trainer_(configuration_, kVocabulary, torch::kCPU),
        store_(Place(run_), 2, writer_, {}) {}

  static OpenFolder Place(const RunFolder& run) { return Must(OpenFolder::Open(run.path())); }
  void Save(CheckpointStore& store, std::int64_t step, const std::string& reason) {
    Must(store.Save({step, 0.1, "skip", 0.0, 0, "", SiteStates(trainer_.model()), {}}, reason,
                    trainer_));
  }
  void Save(std::int64_t step, const std::string& reason) { Save(store_, step, reason); }

  std::vector<std::string> Folders() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(run_.checkpoints_path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::vector<CheckpointRow> Rows() const {
    return Must(Must(RecordReader::Open(run_.record_path())).Checkpoints());
  }
  std::map<std::int64_t, std::string> Reasons() const {
    std::map<std::int64_t, std::string> reasons;
    for (const CheckpointRow& row : Rows()) reasons[row.step] = row.reason;
    return reasons;
  }
  void Damage(std::int64_t step) const {
    fs::resize_file(run_.checkpoint_path(step) / "model.safetensors", 100);
  }

  void Reconcile(CheckpointStore& store, std::int64_t furthest) {
    RecordReader reader = Must(RecordReader::Open(run_.record_path()));
    Must(store.Reconcile(reader, furthest));
  }
  // As a power cut does, where the record was not synced since.
  void ForgetRows(std::int64_t step) const {
    SQLite::Database database(run_.record_path().string(), SQLite::OPEN_READWRITE);
    database.exec(fmt::format("DELETE FROM checkpoint WHERE step = {}", step));
  }

  Configuration configuration_;
  RunFolder run_;
  RecordWriter writer_;
  Trainer trainer_;
  CheckpointStore store_;
};

TEST_F(CheckpointStoreTest, KeepsTheNewestRegularOnesBesideThoseThatAreKeptForAReason) {
  Save(0, "start");
  for (const std::int64_t step : {10, 20, 30}) Save(step, "regular");
  Save(35, "intervention");
  for (const std::int64_t step : {40, 50}) Save(step, "regular");
  Save(55, "request");
  EXPECT_THAT(Folders(), ElementsAre("step-000000000", "step-000000035", "step-000000040",
                                     "step-000000050", "step-000000055"));
  EXPECT_THAT(Reasons(),
              ElementsAre(Pair(0, "start"), Pair(35, "intervention"), Pair(40, "regular"),
                          Pair(50, "regular"), Pair(55, "request")));
}

TEST_F(CheckpointStoreTest, ARegularOneThatAnInterventionNeedsIsKept) {
  Save(10, "regular");
  Save(10, "intervention");
  for (const std::int64_t step : {20, 30, 40}) Save(step, "regular");
  EXPECT_THAT(Folders(), ElementsAre("step-000000010", "step-000000030", "step-000000040"));
  EXPECT_EQ(Reasons()[10], "intervention");
}

TEST_F(CheckpointStoreTest, AReasonToKeepIsNotLostToARegularSave) {
  Save(10, "intervention");
  Save(10, "regular");
  EXPECT_EQ(Reasons()[10], "intervention");
}

TEST_F(CheckpointStoreTest, AStepIsWrittenOnce) {
  Save(10, "regular");
  const auto written = fs::last_write_time(run_.checkpoint_path(10) / "model.safetensors");
  Perturb(trainer_);
  Save(10, "regular");
  Save(10, "stop");
  EXPECT_EQ(fs::last_write_time(run_.checkpoint_path(10) / "model.safetensors"), written);
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "stop")));
}

TEST_F(CheckpointStoreTest, KeepsAllWhereAskedTo) {
  const Configuration all = TinyConfiguration({{"train.keep_checkpoints", "0"}});
  const RunFolder run = Must(RunFolder::Create(folder_ / "all", all));
  RecordWriter writer = Must(RecordWriter::Create(run.record_path(), {}));
  CheckpointStore store(Place(run), 0, writer, {});
  for (std::int64_t step = 1; step <= 5; ++step) Save(store, step, "regular");
  EXPECT_EQ(std::distance(fs::directory_iterator(run.checkpoints_path()), {}), 5);
}

TEST_F(CheckpointStoreTest, LoadsTheNewestOne) {
  Save(10, "regular");
  TrainSteps(trainer_, configuration_, 1, 2);
  Save(20, "regular");
  const NamedTensors saved = Parameters(trainer_);
  TrainSteps(trainer_, configuration_, 3, 4);
  const CheckpointStore::Loaded loaded = Must(store_.LoadNewest(trainer_));
  EXPECT_EQ(loaded.state.step, 20);
  EXPECT_THAT(loaded.damaged, IsEmpty());
  EXPECT_THAT(Differing(saved, Parameters(trainer_)), IsEmpty());
}

TEST_F(CheckpointStoreTest, FallsBackFromADamagedNewestOneAndCanSaveItsStepAgain) {
  TrainSteps(trainer_, configuration_, 1, 2);
  const NamedTensors saved = Parameters(trainer_);
  Save(10, "regular");
  TrainSteps(trainer_, configuration_, 3, 4);
  Save(20, "intervention");
  Damage(20);
  const CheckpointStore::Loaded loaded = Must(store_.LoadNewest(trainer_));
  EXPECT_EQ(loaded.state.step, 10);
  ASSERT_THAT(loaded.damaged, SizeIs(1));
  EXPECT_THAT(loaded.damaged[0], HasSubstr("step-000000020/model.safetensors"));
  EXPECT_THAT(Differing(saved, Parameters(trainer_)), IsEmpty());
  EXPECT_THAT(Folders(), ElementsAre("step-000000010", "step-000000020.damaged"));
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "regular")));

  Save(20, "regular");
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "regular"), Pair(20, "regular")));
  EXPECT_EQ(Must(store_.LoadNewest(trainer_)).state.step, 20);
}

TEST_F(CheckpointStoreTest, DamagedOnesOfTheSameStepGetDifferentNames) {
  Save(10, "regular");
  for (int i = 0; i < 2; ++i) {
    Save(20, "regular");
    Damage(20);
    Must(store_.LoadNewest(trainer_));
  }
  EXPECT_THAT(Folders(),
              ElementsAre("step-000000010", "step-000000020.damaged", "step-000000020.damaged-2"));
}

TEST_F(CheckpointStoreTest, WhereAllAreDamagedTheNewestIsNamedAndNothingIsRenamed) {
  EXPECT_TRUE(store_.empty());
  for (const std::int64_t step : {10, 20}) {
    Save(step, "regular");
    Damage(step);
  }
  const auto loaded = store_.LoadNewest(trainer_);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_THAT(loaded.error().message,
              AllOf(HasSubstr("no checkpoint that can be read"), HasSubstr("step-000000020")));
  EXPECT_THAT(Folders(), ElementsAre("step-000000010", "step-000000020"));
}

TEST_F(CheckpointStoreTest, AStoreKnowsWhatTheRecordAndTheFolderBothHave) {
  for (const std::int64_t step : {10, 20}) Save(step, "regular");
  fs::remove_all(run_.checkpoint_path(20));
  CheckpointStore again(Place(run_), 2, writer_, Rows());
  EXPECT_EQ(Must(again.LoadNewest(trainer_)).state.step, 10);
  Save(again, 20, "regular");
  Save(again, 30, "regular");
  EXPECT_THAT(Folders(), ElementsAre("step-000000020", "step-000000030"));
}

TEST_F(CheckpointStoreTest, AFolderThatTheRecordDoesNotKnowIsReplaced) {
  Save(10, "regular");
  CheckpointStore of_another_future(Place(run_), 2, writer_, {});
  Perturb(trainer_);
  const NamedTensors now = Parameters(trainer_);
  Save(of_another_future, 10, "regular");
  TrainSteps(trainer_, configuration_, 1, 1);
  EXPECT_EQ(Must(of_another_future.LoadNewest(trainer_)).state.step, 10);
  EXPECT_THAT(Differing(now, Parameters(trainer_)), IsEmpty());
}

TEST_F(CheckpointStoreTest, AFolderThatHoldsAnotherStepIsDamaged) {
  Save(10, "regular");
  Save(20, "regular");
  fs::remove_all(run_.checkpoint_path(20));
  fs::copy(run_.checkpoint_path(10), run_.checkpoint_path(20));
  const CheckpointStore::Loaded loaded = Must(store_.LoadNewest(trainer_));
  EXPECT_EQ(loaded.state.step, 10);
  ASSERT_THAT(loaded.damaged, SizeIs(1));
  EXPECT_THAT(loaded.damaged[0], AllOf(HasSubstr("step-000000020/state.json"), HasSubstr("step")));
}

TEST_F(CheckpointStoreTest, WhatDeadSavesLeftIsSweptAway) {
  Save(10, "regular");
  Write("run/checkpoints/step-000000020.partial/model.safetensors", "half");
  Reconcile(store_, 100);
  EXPECT_THAT(Folders(), ElementsAre("step-000000010"));
}

TEST_F(CheckpointStoreTest, ACompleteOneThatTheRecordForgotIsTakenIn) {
  Save(10, "regular");
  Save(20, "regular");
  ForgetRows(20);
  CheckpointStore after(Place(run_), 2, writer_, Rows());
  Reconcile(after, 25);
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "regular"), Pair(20, "regular")));
  EXPECT_EQ(Must(after.LoadNewest(trainer_)).state.step, 20);
}

TEST_F(CheckpointStoreTest, OneOfAStepThatWasNeverRecordedIsNotTakenIn) {
  Save(10, "regular");
  Save(20, "regular");
  ForgetRows(20);
  CheckpointStore after(Place(run_), 2, writer_, Rows());
  Reconcile(after, 15);
  EXPECT_EQ(Must(after.LoadNewest(trainer_)).state.step, 10);
}

TEST_F(CheckpointStoreTest, WhatRetentionHadToRemoveIsRemovedAtLast) {
  for (const std::int64_t step : {10, 20}) Save(step, "regular");
  Must(writer_.RemoveCheckpoint(10));
  CheckpointStore after(Place(run_), 2, writer_, Rows());
  Reconcile(after, 25);
  EXPECT_THAT(Folders(), ElementsAre("step-000000020"));
}

TEST_F(CheckpointStoreTest, ARowWhoseFolderIsGoneIsForgotten) {
  for (const std::int64_t step : {10, 20}) Save(step, "regular");
  fs::remove_all(run_.checkpoint_path(20));
  CheckpointStore after(Place(run_), 2, writer_, Rows());
  Reconcile(after, 25);
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "regular")));
}

TEST_F(CheckpointStoreTest, GoingFurtherBackLeavesNewerOnesBehindButLosesNoneThatAPersonNeeds) {
  Save(10, "regular");
  Save(20, "intervention");
  Save(30, "regular");
  EXPECT_EQ(Must(store_.LoadNewest(trainer_, 20)).state.step, 10);
  EXPECT_THAT(Folders(), ElementsAre("step-000000010", "step-000000020.left"));
  EXPECT_THAT(Reasons(), ElementsAre(Pair(10, "regular")));
  Save(20, "regular");
  EXPECT_EQ(Must(store_.LoadNewest(trainer_)).state.step, 20);
}

TEST_F(CheckpointStoreTest, WhereNoneIsOlderTheOldestIsLoadedAgain) {
  Save(10, "regular");
  EXPECT_EQ(Must(store_.LoadNewest(trainer_, 10)).state.step, 10);
}

}  // namespace
}  // namespace mhc
