// Experiments on a small text, with requests that arrive right after given steps, and what is left
// of a run to hold against another.
#pragma once

#include <chrono>
#include <limits>
#include <memory>
#include <optional>

#include "core/train/experiment/experiment.h"
#include "train_fixture.h"

namespace mhc {

// A request that somebody places right after `step`, or before the run begins where it is 0.
struct ScriptedRequest {
  std::int64_t step = 0;
  std::string kind;
  std::optional<std::string> value = std::nullopt;
  std::optional<std::string> sites = std::nullopt;
  std::optional<std::string> transfer = std::nullopt;
};
using Script = std::vector<ScriptedRequest>;

class ScriptedObserver : public ExperimentObserver {
 public:
  void OnProgress(const Progress& progress) override {
    step = progress.step;
    steps_done.push_back(progress.step);
    if (after_step) after_step(progress.step);
  }
  void OnMessage(const std::string& sentence) override {
    messages.push_back(sentence);
    if (on_message) on_message(sentence);
  }

  std::function<void(std::int64_t)> after_step;
  std::function<void(const std::string&)> on_message;
  std::int64_t step = 0;
  std::vector<std::int64_t> steps_done;
  std::vector<std::string> messages;
};

class ExperimentTest : public TrainTest {
 protected:
  static constexpr auto kHangGuard = std::chrono::seconds(120);
  static constexpr std::int64_t kNoStop = std::numeric_limits<std::int64_t>::max();

  ExperimentTest() {
    std::string text;
    for (int i = 0; i < 100; ++i) text += fmt::format("line {} of a small text\n", i * i);
    source_ = Write("text.txt", text);
  }

  Configuration ConfigurationOf(const std::vector<Setting>& more) const {
    std::vector<Setting> settings = {{"data.source", source_.string()},
                                     {"train.keep_checkpoints", "0"},
                                     {"probe.snapshot_every", "5"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return TinyConfiguration(settings);
  }
  ExperimentHost Host() {
    ExperimentHost host;
    host.program_version = "test";
    host.observer = &observer_;
    return host;
  }

  static std::string Submit(const RunFolder& folder, const ScriptedRequest& given) {
    const InterventionRequest request = Must(
        MakeRequest(folder.configuration(), given.kind, given.value, given.sites, given.transfer));
    return Must(Inbox(folder.inbox_path()).Submit(request));
  }

  // Runs until the end, or until `stop_at` steps are finished. Ids of the script's requests go to
  // `ids_` in its order.
  RunState Run(Experiment& experiment, const Script& script = {}, std::int64_t stop_at = kNoStop) {
    const RunFolder& folder = experiment.folder();
    const auto submit = [&](std::int64_t step) {
      for (const ScriptedRequest& request : script) {
        if (request.step == step) ids_.push_back(Submit(folder, request));
      }
    };
    observer_ = {};
    observer_.on_message = also_on_message_;
    submit(0);
    const auto also = also_after_step_;
    observer_.after_step = [submit, also](std::int64_t step) {
      submit(step);
      if (also) also(step);
    };
    // A run that pauses by itself would wait for somebody for ever.
    const auto begin = std::chrono::steady_clock::now();
    return Must(experiment.Run([&] {
      return observer_.step >= stop_at || std::chrono::steady_clock::now() - begin > kHangGuard;
    }));
  }
  RunState StartAndRun(const std::string& name, const std::vector<Setting>& more,
                       const Script& script = {}, std::int64_t stop_at = kNoStop) {
    const auto experiment = Must(Experiment::Start(ConfigurationOf(more), folder_ / name, Host()));
    return Run(*experiment, script, stop_at);
  }
  RunState ResumeAndRun(const std::string& name, const Script& script = {},
                        std::int64_t stop_at = kNoStop) {
    const auto experiment = Must(Experiment::Resume(folder_ / name, Host()));
    return Run(*experiment, script, stop_at);
  }

  RecordReader Reader(const std::string& name) const {
    return Must(RecordReader::Open(folder_ / name / "record.sqlite"));
  }
  std::vector<double> Column(const std::string& name, const std::string& column) const {
    RecordReader reader = Reader(name);
    return Must(reader.Column(column, 1, Must(reader.LastStep()))).values;
  }
  std::vector<Intervention> Interventions(const std::string& name) const {
    return Must(Reader(name).Interventions());
  }
  Intervention Outcome(const std::string& name, const std::string& id) const {
    const auto found = Must(Reader(name).FindIntervention(id));
    if (!found) throw std::runtime_error("no outcome of " + id);
    return *found;
  }
  std::filesystem::path CheckpointOf(const std::string& name, std::int64_t step) const {
    return folder_ / name / "checkpoints" / fmt::format("step-{:09}", step);
  }

  TrainingState StateOf(const std::string& name, std::int64_t step) const {
    return Must(ReadTrainingState(Must(OpenFolder::Open(CheckpointOf(name, step))), step));
  }

  // Losses, gradient norms, parameters and moments are the same, bit for bit.
  void ExpectSameRun(const std::string& a, const std::string& b, std::int64_t last) const {
    for (const char* column : {"loss", "gradient_norm", "learning_rate"}) {
      EXPECT_EQ(Column(a, column), Column(b, column)) << column;
    }
    for (const char* file : {"model.safetensors", "optimizer.safetensors"}) {
      const std::string bytes = Read(CheckpointOf(a, last) / file);
      EXPECT_FALSE(bytes.empty()) << file;
      EXPECT_TRUE(bytes == Read(CheckpointOf(b, last) / file)) << file << " of " << a << ", " << b;
    }
  }

  bool InboxIsEmpty(const std::string& name) const {
    return std::filesystem::is_empty(folder_ / name / "inbox");
  }

  std::filesystem::path source_;
  ScriptedObserver observer_;
  std::vector<std::string> ids_;
  std::function<void(std::int64_t)> also_after_step_;
  std::function<void(const std::string&)> also_on_message_;
};

}  // namespace mhc
