#include "app/mhc/study_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/text_table.h"
#include "app/mhc/child_program.h"
#include "core/formats/json_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/run_status.h"
#include "core/record/study.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct StudyOptions {
  std::string name;
  std::string folder;
  std::int64_t seeds = 0;  // 0: the study's own
  std::vector<std::string> settings;
  bool json = false;
};

void Say(const std::string& text) { fmt::print(stderr, "mhc: {}\n", text); }

CommandResult ListStudies(bool json) {
  ordered_json list = ordered_json::array();
  std::string text;
  for (const Study& study : Studies()) {
    list.push_back({{"name", study.name},
                    {"title", study.title},
                    {"sentence", study.sentence},
                    {"runs", study.runs.size() * static_cast<std::size_t>(study.seeds)},
                    {"figures", study.figures}});
    text += fmt::format("{:<22}{}\n{:<22}{}\n", study.name, study.title, "", study.sentence);
  }
  return Print(json ? DumpJson({{"studies", list}}) + '\n' : text);
}

// A run that is finished is kept, one that was cut short is resumed: a study that was ended goes
// on.
CommandResult Train(const Study& study, const StudyRun& run, const std::filesystem::path& folder,
                    const std::vector<std::string>& settings) {
  const auto status = ReadRunStatus(folder);
  std::vector<std::string> words;
  if (status && status->state == RunState::kFinished) return {};
  if (status) {
    Say(fmt::format("{} goes on from step {}", run.name, status->step));
    words = {"resume", folder.string()};
  } else {
    Say(fmt::format("{} begins", run.name));
    words = {"train", study.preset, "--run", folder.string()};
    for (const Setting& setting : run.settings) {
      words.insert(words.end(), {"--set", setting.key + "=" + setting.value});
    }
    for (const std::string& setting : settings) words.insert(words.end(), {"--set", setting});
  }
  const Result<int> ended = RunBeside("mhc-engine", words);
  if (!ended) return Failed(ended.error());
  if (*ended != 0) return tl::unexpected(CommandError{*ended, run.name + " did not end well"});
  const auto after = ReadRunStatus(folder);
  if (!after) return Failed(after.error());
  if (after->state != RunState::kFinished) {
    return tl::unexpected(CommandError{
        kExitFailed, fmt::format("{} was stopped at step {}; the same command goes on from there",
                                 run.name, after->step)});
  }
  return {};
}

// The figures that mhclab, where it was built, draws of the runs.
void Draw(const Study& study, const std::vector<std::filesystem::path>& runs,
          const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const std::string& figure : study.figures) {
    for (const char* kind : {"pdf", "png"}) {
      std::vector<std::string> words = {"export"};
      for (const auto& run : runs) words.push_back(run.string());
      const std::filesystem::path out = folder / (figure + "." + kind);
      words.insert(words.end(), {"--figure", figure, "--out", out.string(), "--width", "180"});
      const Result<int> drawn = RunBeside("mhclab", words);
      if (!drawn) return Say(drawn.error().message);
    }
  }
  Say(fmt::format("figures are in {}", Shown(folder.string())));
}

// The largest finite value of a column over the run.
std::optional<double> Largest(const std::filesystem::path& run, const std::string& column) {
  const auto folder = RunFolder::Open(run);
  auto reader = folder ? RecordReader::Open(folder->record_path())
                       : Result<RecordReader>(tl::unexpected(folder.error()));
  const auto last = reader ? reader->LastStep() : Result<std::int64_t>(0);
  const auto values = last && *last > 0 ? reader->Column(column, 1, *last)
                                        : Result<ColumnRange>(Fail("{}", "no steps"));
  std::optional<double> largest;
  if (!values) return largest;
  for (const double value : values->values) {
    if (std::isfinite(value)) largest = std::max(largest.value_or(value), value);
  }
  return largest;
}

CommandResult Report(const std::vector<std::filesystem::path>& runs, bool json) {
  ordered_json list = ordered_json::array();
  std::vector<std::vector<std::string>> rows = {
      {"run", "validation loss", "loss", "largest forward gain", "largest backward gain"}};
  for (const auto& run : runs) {
    const auto status = ReadRunStatus(run);
    if (!status) return Failed(status.error());
    const auto forward = Largest(run, "composite_forward_gain");
    const auto backward = Largest(run, "composite_backward_gain");
    ordered_json row = ToJson(*status);
    row["largest_forward_gain"] = forward ? ordered_json(*forward) : ordered_json();
    row["largest_backward_gain"] = backward ? ordered_json(*backward) : ordered_json();
    list.push_back(std::move(row));
    rows.push_back({Shown(run.filename().string()), OrDash(status->validation_loss),
                    OrDash(status->loss), OrDash(forward), OrDash(backward)});
  }
  return Print(json ? DumpJson({{"runs", list}}) + '\n' : AlignedTable(rows));
}

CommandResult Run(const StudyOptions& options) {
  if (options.name.empty()) return ListStudies(options.json);
  const Study* study = FindStudy(options.name);
  if (study == nullptr) {
    return BadInput(Error{fmt::format("study: found \"{}\", expected one that `mhc study` lists",
                                      Shown(options.name))});
  }
  const std::int64_t seeds = options.seeds > 0 ? options.seeds : study->seeds;
  const std::filesystem::path folder =
      options.folder.empty() ? RunFolder::DefaultPath("study").parent_path() / study->name
                             : std::filesystem::path(options.folder);
  std::vector<std::filesystem::path> runs;
  for (const StudyRun& run : study->RunsOfSeeds(seeds)) {
    std::vector<Setting> settings = run.settings;
    for (const std::string& text : options.settings) {
      const auto setting = ParseSetting(text);
      if (!setting) return BadInput(setting.error());
      settings.push_back(*setting);
    }
    const auto configuration = LoadConfiguration(study->preset, settings);
    if (!configuration) return BadInput(configuration.error());
    runs.push_back(folder / run.name);
  }
  std::size_t place = 0;
  for (const StudyRun& run : study->RunsOfSeeds(seeds)) {
    if (auto trained = Train(*study, run, runs[place++], options.settings); !trained) {
      return trained;
    }
  }
  Draw(*study, runs, folder / "figures");
  return Report(runs, options.json);
}

Action Declare(CLI::App& app) {
  const auto options = std::make_shared<StudyOptions>();
  app.add_option("NAME", options->name, "A study; without it they are listed");
  app.add_option("--run", options->folder,
                 "Folder for its runs (default: NAME in $MHC_RUNS, else in ~/mhc-runs)");
  app.add_option("--seeds", options->seeds, "Seeds of every run (default: the study's)")
      ->check(CLI::Range(1, 100));
  app.add_option("--set", options->settings, "KEY=VALUE over every run's configuration");
  AddJsonOption(app, options->json);
  app.footer(
      "Runs that are finished are kept, so that the same command goes on where it was ended.\n\n"
      "Examples:\n  mhc study\n  mhc study hc-explodes --set data.source=book.txt --seeds 1");
  return [options] { return Run(*options); };
}

}  // namespace

Command StudyCommand() {
  return {"study", "Trains the runs of a study one after another, and draws its figures.", Declare};
}

}  // namespace mhc
