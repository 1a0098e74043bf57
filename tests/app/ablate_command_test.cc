// `mhc ablate`: its document, that it starts from what the run recorded, and what it refuses.
#include <sys/resource.h>

#include <fstream>

#include "program_test.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AblateCommandTest : public ProgramTest {
 protected:
  std::vector<std::string> Words(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"mhc", "ablate", Path("run").string()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  nlohmann::json Ablated(const std::vector<std::string>& more) const {
    std::vector<std::string> words = Words(more);
    words.push_back("--json");
    const Finished finished = RunProgram(words);
    EXPECT_EQ(finished.status, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }
};

TEST_F(AblateCommandTest, PrintsEveryKeyOfTheContractForTheNewestCheckpoint) {
  Train("run", 20, {"train.batch=64"});
  const auto study = Ablated({"--batches", "1000000", "--each-site"});
  EXPECT_EQ(study["baseline_loss"], StatusOf("run")["validation_loss"]);
  EXPECT_EQ(study["step"], 20);
  // Two kinds for each of four streams, three of H_res; each at both sites and at each of them.
  ASSERT_EQ(study["interventions"].size(), (2u * 4 + 3) * 3);
  const double baseline = study["baseline_loss"];
  for (const auto& row : study["interventions"]) {
    const std::string what = row["what"];
    EXPECT_EQ(row["stream"].is_number_integer(), what.starts_with("stream_")) << what;
    EXPECT_FALSE(row["sites"].empty());
    EXPECT_EQ(row["delta"].get<double>(), row["loss"].get<double>() - baseline);
  }
}

// The baseline of a checkpoint in the middle of a blend is the model that was evaluated there: with
// the weight λ of its step, and neither of the two maps alone.
TEST_F(AblateCommandTest, StartsFromTheBlendThatGoesOnAtTheCheckpoint) {
  const StartedProgram engine(
      TrainWords("run", 1'000'000, {"train.evaluate_every=1", "mixing.diagonal=0"}));
  ASSERT_TRUE(WaitForStep("run", 3));
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"mhc", "request", Path("run").string()});
    words.push_back("--json");
    const Finished asked = RunProgram(words);
    EXPECT_EQ(asked.status, 0) << asked.err;
    return nlohmann::json::parse(asked.out, nullptr, false);
  };
  ask({"pause"});
  const std::int64_t start = ask({"constraint=identity", "--transfer", "blend(20)"})["step"];
  ask({"step=10"});
  ASSERT_TRUE(WaitForStep("run", start + 10));
  ask({"checkpoint"});
  const auto study = Ablated({"--batches", "1000000"});
  EXPECT_EQ(study["step"], start + 10);
  EXPECT_EQ(study["baseline_loss"], StatusOf("run")["validation_loss"]);
}

TEST_F(AblateCommandTest, TakesTheCheckpointAndTheSitesThatAreNamed) {
  Train("run", 20);
  const std::string start = Path("run/checkpoints/step-000000000/").string();
  const Finished finished =
      RunProgram({"mhc", "ablate", start, "--sites", "1", "--batches", "1", "--json"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const auto study = nlohmann::json::parse(finished.out);
  EXPECT_EQ(study["step"], 0);
  EXPECT_EQ(study["batches"], 1);
  EXPECT_EQ(study["tokens"], 64);
  EXPECT_GT(study["baseline_loss"].get<double>(), StatusOf("run")["loss"].get<double>());
  for (const auto& row : study["interventions"]) EXPECT_THAT(row["sites"], ElementsAre(1));
}

TEST_F(AblateCommandTest, PrintsATable) {
  Train("run", 5);
  const Finished finished = RunProgram(Words());
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("\nwhat"));
  EXPECT_THAT(finished.out, HasSubstr("\nbaseline"));
  EXPECT_THAT(finished.out, HasSubstr("\nres_token_mean"));
}

TEST_F(AblateCommandTest, StandsBackBehindATrainer) {
  Train("run", 5);
  const StartedProgram program(Words({"--each-site"}));
  const int expected = std::min(19, getpriority(PRIO_PROCESS, 0) + 10);
  EXPECT_TRUE(WaitUntil(
      [&] { return getpriority(PRIO_PROCESS, static_cast<id_t>(program.id())) == expected; }));
}

TEST_F(AblateCommandTest, RefusesWhatIsNoCheckpoint) {
  Train("run", 5);
  std::filesystem::create_directory(Path("empty"));
  const auto ablate = [&](const std::string& path) {
    return RunProgram({"mhc", "ablate", Path(path).string()});
  };
  ExpectBadInput(ablate("missing"), "missing: no such folder");
  ExpectBadInput(ablate("empty"), "empty: is no checkpoint");
  ExpectBadInput(ablate("run/inbox"), "inbox: is no checkpoint");
  ExpectBadInput(ablate("run/checkpoints"), "checkpoints: is no checkpoint");
  ExpectBadInput(ablate("run/checkpoints/step-000000003"), "step-000000003: no such folder");
  std::filesystem::rename(Path("run/checkpoints/step-000000005"), Path("run/checkpoints/step-5"));
  ExpectBadInput(ablate("run/checkpoints/step-5"), "step-5: is no checkpoint");
  ExpectBadInput(RunProgram(Words({"--sites", "7"})), "--sites");
  ExpectBadInput(RunProgram(Words({"--batches", "0"})), "--batches");
}

TEST_F(AblateCommandTest, RefusesARunWithoutStreams) {
  Train("run", 5, {"mixing.connection=residual"});
  ExpectBadInput(RunProgram(Words()), "nothing to ablate");
}

TEST_F(AblateCommandTest, NamesADamagedFile) {
  Train("run", 5);
  const auto file = Path("run/checkpoints/step-000000005/model.safetensors");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  ExpectBadInput(RunProgram(Words()), "step-000000005/model.safetensors");
  std::ofstream(Path("run/checkpoints/step-000000005/state.json")) << "{";
  ExpectBadInput(RunProgram(Words()), "step-000000005/state.json");
}

TEST_F(AblateCommandTest, RefusesDataThatHaveChanged) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "a line of text\n";
  std::ofstream(Path("text")) << text;
  Train("run", 5, {"data.source=" + Path("text").string()});
  std::ofstream(Path("text")) << text << "more";
  ExpectBadInput(RunProgram(Words()), "have changed");
}

}  // namespace
}  // namespace mhc
