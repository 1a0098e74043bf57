// Bad input is one sentence that names it, exit status 2, and nothing left behind.
#include <fstream>

#include "core/record/run/run_folder.h"
#include "program_test.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BadInputTest : public ProgramTest {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }
  Finished TryToTrain(const std::vector<std::string>& settings) const {
    return RunProgram(TrainWords("run", 5, settings));
  }
};

TEST_F(BadInputTest, AMistypedKeyOrValueOfTheConfigurationIsNamed) {
  ExpectBadInput(TryToTrain({"train.stepz=3"}), "train.stepz");
  ExpectBadInput(TryToTrain({"train.batch=many"}), "train.batch");
  ExpectBadInput(TryToTrain({"train.batch=0"}), "train.batch");
  ExpectBadInput(TryToTrain({"mixing.connection=mch"}), "mixing.connection");
  ExpectBadInput(TryToTrain({"mixing.constraint=sinkhorn:iteration=3"}), "iteration");
  ExpectBadInput(TryToTrain({"model.heads=3"}), "heads");
  ExpectBadInput(TryToTrain({"device=cuda:99"}), "device");
  ExpectBadInput(TryToTrain({"batch"}), "batch");
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(BadInputTest, AConfigurationFileIsNamedWithTheLineOfItsFault) {
  Write("bad.toml", "name = \"a\"\n[train]\nsteps = 10\nspeed = 3\n");
  ExpectBadInput(RunProgram({"mhc", "train", Path("bad.toml").string()}), "bad.toml:4");
  Write("torn.toml", "name = \"a\n");
  ExpectBadInput(RunProgram({"mhc", "train", Path("torn.toml").string()}), "torn.toml");
  ExpectBadInput(RunProgram({"mhc", "train", Path("none.toml").string()}), "none.toml");
}

TEST_F(BadInputTest, DataThatCannotBeTrainedOnAreNamed) {
  Write("empty", "");
  Write("short", "too short for a context");
  Write("binary", std::string("text\0more", 9));
  std::filesystem::create_directory(Path("folder"));
  ExpectBadInput(TryToTrain({"data.source=" + Path("missing").string()}), "missing");
  ExpectBadInput(TryToTrain({"data.source=" + Path("empty").string()}), "empty");
  ExpectBadInput(TryToTrain({"data.source=" + Path("short").string()}), "short");
  ExpectBadInput(TryToTrain({"data.source=" + Path("binary").string()}), "offset 4");
  ExpectBadInput(TryToTrain({"data.source=" + Path("folder").string()}), "folder");
  EXPECT_THAT(Names(), ElementsAre("binary", "empty", "folder", "short"));
}

TEST_F(BadInputTest, AFractionWhereAnIntegerIsNeededIsNamed) {
  ExpectBadInput(
      RunProgram({"mhc", "train", "tiny", "--run", Path("run").string(), "--steps", "2.5"}),
      "train.steps: found 2.5, expected an integer");
  ExpectBadInput(TryToTrain({"train.batch=1.5e0"}), "train.batch: found 1.5, expected an integer");
  ExpectBadInput(RunProgram({"mhc", "study", "--seeds", "1.5"}), "1.5");
  Write("half.toml", "[train]\nsteps = 10.5\n");
  ExpectBadInput(RunProgram({"mhc", "train", Path("half.toml").string()}), "half.toml:2");
}

TEST_F(BadInputTest, AFolderThatIsThereAlreadyIsNotTrainedInto) {
  std::filesystem::create_directory(Path("run"));
  Write("run/mine", "keep");
  ExpectBadInput(TryToTrain({}), "exists already");
  EXPECT_THAT(Names(), ElementsAre("run"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(Path("run")), {}), 1);
}

TEST_F(BadInputTest, AFolderThatIsNoRunIsSaidByEveryCommand) {
  std::filesystem::create_directory(Path("none"));
  const std::string none = Path("none").string(), missing = Path("missing").string();
  for (const std::string& folder : {none, missing}) {
    ExpectBadInput(RunProgram({"mhc", "status", folder}), folder);
    ExpectBadInput(RunProgram({"mhc", "follow", folder}), folder);
    ExpectBadInput(RunProgram({"mhc", "export", folder, "--as", "csv"}), folder);
    ExpectBadInput(RunProgram({"mhc", "request", folder, "pause"}), folder);
    ExpectBadInput(RunProgram({"mhc", "resume", folder}), folder);
  }
  ExpectBadInput(RunProgram({"mhc", "list", missing}), missing);
}

TEST_F(BadInputTest, ADamagedRecordIsNamedAndNothingIsChanged) {
  Train("run", 5);
  const std::string record = Path("run/record.sqlite").string();
  {
    std::fstream file(record, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0);
    file << "this is no database any more";
  }
  ExpectBadInput(RunProgram({"mhc", "status", Path("run").string()}), "record.sqlite");
  ExpectBadInput(RunProgram({"mhc", "resume", Path("run").string()}), "record.sqlite");
  std::filesystem::resize_file(record, 0);
  ExpectBadInput(RunProgram({"mhc", "status", Path("run").string()}), "record.sqlite");
  std::filesystem::remove(record);
  ExpectBadInput(RunProgram({"mhc", "status", Path("run").string()}), "record.sqlite");
}

TEST_F(BadInputTest, ARequestWithoutAnEngineIsRefusedAtOnce) {
  Train("run", 5);
  ExpectBadInput(RunProgram({"mhc", "request", Path("run").string(), "pause"}), "no engine");
  EXPECT_TRUE(std::filesystem::is_empty(Path("run/inbox")));
}

TEST_F(BadInputTest, AFinishedRunHasNothingToResume) {
  Train("run", 5);
  ExpectBadInput(RunProgram({"mhc", "resume", Path("run").string()}), "finished");
}

TEST_F(BadInputTest, AnExportThatARunCannotGiveLeavesNoFile) {
  Train("run", 5, {"mixing.connection=residual"});
  const std::string run = Path("run").string(), out = Path("h.npy").string();
  ExpectBadInput(RunProgram({"mhc", "export", run, "--as", "matrices", "--out", out}), "H_res");
  ExpectBadInput(RunProgram({"mhc", "export", run, "--as", "pictures"}), "pictures");
  ExpectBadInput(RunProgram({"mhc", "export", run, "--as", "csv", "--step", "3"}), "--step");
  EXPECT_THAT(Names(), ElementsAre("run"));
}

TEST_F(BadInputTest, LogitsThatNoMapTakesAreNamed) {
  const auto expect = [&](const std::string& json, const std::string& named) {
    Write("z.json", json);
    ExpectBadInput(RunProgram({"mhc", "map", Path("z.json").string()}), named);
  };
  expect(R"({"constraint": "cayley", "n": 2, "logits": [NaN]})", "z.json");
  expect(R"({"constraint": "cayley", "n": 2, "logits": ["nan"]})", "logits");
  expect(R"({"constraint": "cayley", "n": 2, "logits": [1e999]})", "z.json");
  expect(R"({"constraint": "cayley", "n": 4, "logits": [1, 2, 3]})", "3 numbers, expected 6");
  expect(R"({"constraint": "quaternion", "n": 3, "logits": []})", "n = 4");
  expect(R"({"constraint": "kronecker", "n": 5, "logits": []})", "n = 2, 3, 4, 6 or 8");
  expect(R"({"constraint": "circulant", "n": 2, "logits": [1, 2], "beta": 3})", "beta");
  expect(R"({"constraint": "circulant", "n": 2, "logits": [1, 2], "iterations": 3})", "iterations");
}

TEST_F(BadInputTest, OneDamagedRunHidesNoOtherInTheList) {
  Train("good", 5);
  Train("torn", 5);
  std::filesystem::resize_file(Path("torn/record.sqlite"), 100);
  const Finished list = RunProgram({"mhc", "list", Path("").string(), "--json"});
  EXPECT_EQ(list.status, 0) << list.err;
  const auto runs = nlohmann::json::parse(list.out)["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["state"], "finished");
  EXPECT_THAT(runs[1]["error"].get<std::string>(), ::testing::HasSubstr("torn"));
}

}  // namespace
}  // namespace mhc
