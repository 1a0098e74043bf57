// An engine that is killed at any moment, and resumed, trains the same run to the last bit as one
// that never was; interventions hold at their steps.
#include <signal.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>

#include "core/record/intervention/inbox.h"
#include "core/record/record/record_reader.h"
#include "core/record/run/run_folder.h"
#include "program_test.h"

namespace mhc {
namespace {

// The long form is the thousand kills of the project's reliability goals.
bool IsLong() { return std::getenv("MHC_LONG_TESTS") != nullptr; }
const int kSteps = IsLong() ? 40000 : 1500;
const int kKills = IsLong() ? 500 : 20;

struct Asked {
  const char* request;
  const char* sites = "";
  const char* transfer = "";
};
// Asked before every third kill or so; some kills follow at once.
constexpr Asked kAsked[] = {{"constraint=unconstrained"},
                            {"learning_rate=1e-3"},
                            {"constraint=sinkhorn", "", "match_matrix"},
                            {"constraint=row_softmax", "1", "blend(40)"},
                            {"iterations=7", "0"},
                            {"constraint=sinkhorn:iterations=5", "", "blend(30)"},
                            {"constraint=sinkhorn", "", "match_matrix"}};

std::string Bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class KillTest : public ProgramTest, public ::testing::WithParamInterface<int> {
 protected:
  // A run that was stopped after a few steps, the beginning of both stories.
  void MakeBeginning() {
    StartedProgram engine(
        TrainWords("beginning", kSteps, {"threads=" + std::to_string(GetParam())}));
    ASSERT_TRUE(WaitForStep("beginning", 4));
    engine.Signal(SIGTERM);
    ASSERT_EQ(engine.Wait().status, 0);
    for (const char* name : {"killed", "straight"}) {
      std::filesystem::copy(Path("beginning"), Path(name),
                            std::filesystem::copy_options::recursive);
    }
  }

  std::vector<StepRecord> Rows(const std::string& run) const {
    auto reader = RecordReader::Open(Path(run) / "record.sqlite");
    EXPECT_TRUE(reader.has_value());
    return reader->Rows(1, kSteps).value_or(std::vector<StepRecord>());
  }

  std::vector<Intervention> Applied(const std::string& run) const {
    auto reader = RecordReader::Open(Path(run) / "record.sqlite");
    EXPECT_TRUE(reader.has_value());
    std::vector<Intervention> changes;
    const auto rows = reader->Interventions();
    EXPECT_TRUE(rows.has_value());
    for (const Intervention& row : *rows) {
      EXPECT_TRUE(row.applied) << row.reason;
      if (FindInterventionKind(row.request.kind)->changes_training) changes.push_back(row);
    }
    return changes;
  }

  void Ask(const Asked& asked) const {
    std::vector<std::string> words = {"mhc", "request", Path("killed").string(), asked.request};
    if (*asked.sites) words.insert(words.end(), {"--sites", asked.sites});
    if (*asked.transfer) words.insert(words.end(), {"--transfer", asked.transfer});
    const Finished outcome = RunProgram(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }

  // Kills at random moments: while the engine starts, between steps, right after an intervention.
  void LiveTheKilledStory() {
    std::mt19937 random(static_cast<unsigned>(GetParam()));
    std::size_t next = 0;
    for (int kill = 0; kill < kKills; ++kill) {
      StartedProgram engine({"mhc", "resume", Path("killed").string()});
      const bool asks = kill % 3 == 1 && next < std::size(kAsked);
      if (asks) {
        ASSERT_TRUE(WaitForStep("killed", 1));
        Ask(kAsked[next++]);
      }
      if (kill % 4 == 0) {
        const std::chrono::milliseconds moment(random() % 400);
        WaitUntil([&] { return engine.Ended(); }, moment);
      } else if (!asks || random() % 2 == 0) {
        const std::int64_t step = Rows("killed").back().step + 1 + random() % 60;
        ASSERT_TRUE(WaitUntil([&] { return engine.Ended() || IsAtStep("killed", step); }));
      }
      engine.Signal(SIGKILL);
      const int status = engine.Wait().status;
      ASSERT_TRUE(status == 128 + SIGKILL || status == 0);
      if (status == 0) break;
      // "stopped" is the beginning's own state, where the kill came before the engine took over.
      ASSERT_THAT(StatusOf("killed")["state"].get<std::string>(),
                  ::testing::AnyOf("interrupted", "stopped"));
    }
    const Finished end = RunProgram({"mhc", "resume", Path("killed").string()});
    ASSERT_EQ(end.status, 0) << end.err;
  }

  // The same interventions at the same steps, waiting in the inbox before the engine begins.
  void LiveTheStraightStory(const std::vector<Intervention>& interventions) {
    const auto folder = RunFolder::Open(Path("straight"));
    ASSERT_TRUE(folder.has_value());
    Inbox inbox(folder->inbox_path());
    const auto place = [&](InterventionRequest request) {
      ASSERT_TRUE(inbox.Submit(std::move(request)).has_value());
    };
    const auto control = [&](const char* kind, const std::string& value) {
      place(*MakeRequest(folder->configuration(), kind,
                         value.empty() ? std::nullopt : std::optional<std::string_view>(value),
                         std::nullopt, std::nullopt));
    };
    std::int64_t step = Rows("straight").back().step;
    control("pause", "");
    for (const Intervention& past : interventions) {
      if (past.step > step) control("step", std::to_string(past.step - step));
      step = past.step;
      place(past.request);
    }
    control("resume", "");
    const Finished end = RunProgram({"mhc", "resume", Path("straight").string()});
    ASSERT_EQ(end.status, 0) << end.err;
  }
};

void ExpectSameBits(const StepRecord& a, const StepRecord& b) {
  for (const char* column :
       {"loss", "gradient_norm", "learning_rate", "composite_forward_gain", "column_error"}) {
    const double x = a.Get(column).value_or(-1), y = b.Get(column).value_or(-1);
    EXPECT_EQ(std::memcmp(&x, &y, sizeof x), 0)
        << column << " of step " << a.step << ": " << x << " and " << y;
  }
}

TEST_P(KillTest, AKilledAndResumedRunEqualsTheOneThatNeverWasToTheLastBit) {
  MakeBeginning();
  LiveTheKilledStory();
  if (HasFatalFailure()) return;
  const std::vector<Intervention> interventions = Applied("killed");
  ASSERT_EQ(interventions.size(), std::size(kAsked));
  LiveTheStraightStory(interventions);
  if (HasFatalFailure()) return;

  const auto again = Applied("straight");
  ASSERT_EQ(again.size(), interventions.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].step, interventions[i].step);
    EXPECT_EQ(again[i].value_text, interventions[i].value_text);
    EXPECT_EQ(again[i].matrix_jump_by_site, interventions[i].matrix_jump_by_site);
  }
  const auto killed = Rows("killed"), straight = Rows("straight");
  ASSERT_EQ(killed.size(), static_cast<std::size_t>(kSteps));
  ASSERT_EQ(straight.size(), static_cast<std::size_t>(kSteps));
  for (int i = 0; i < kSteps; ++i) ExpectSameBits(killed[i], straight[i]);
  const auto end = std::filesystem::path("checkpoints") / fmt::format("step-{:09}", kSteps);
  for (const char* file : {"model.safetensors", "optimizer.safetensors"}) {
    const std::string bytes = Bytes(Path("killed") / end / file);
    EXPECT_FALSE(bytes.empty());
    EXPECT_TRUE(bytes == Bytes(Path("straight") / end / file)) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, KillTest, ::testing::Values(1, 2),
                         [](const auto& named) { return std::to_string(named.param); });

}  // namespace
}  // namespace mhc
