#include "app/mhc/study_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/terminal.h"
#include "app/command_line/text_table.h"
#include "app/mhc/child_program.h"
#include "core/formats/json_text.h"
#include "core/formats/legible_text.h"
#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/configuration/data_source.h"
#include "core/record/run/program_beside.h"
#include "core/record/run/run_status.h"
#include "core/record/run/study.h"

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

void Say(const std::string& text) { fmt::print(stderr, "mhc: {}\n", LegibleText(text)); }

CommandResult ListStudies(bool json) {
  ordered_json list = ordered_json::array();
  std::string text;
  constexpr int kFewestForColumns = 70;
  const bool narrow = TerminalColumns(STDOUT_FILENO).value_or(80) < kFewestForColumns;
  for (const Study& study : Studies()) {
    list.push_back({{"name", study.name},
                    {"title", study.title},
                    {"sentence", study.sentence},
                    {"runs", study.runs.size() * static_cast<std::size_t>(study.seeds)},
                    {"figures", study.figures},
                    {"figures_of_each", study.figures_of_each}});
    text += narrow
                ? fmt::format("{}\n  {}\n  {}\n", study.name, study.title, study.sentence)
                : fmt::format("{:<22}{}\n{:<22}{}\n", study.name, study.title, "", study.sentence);
  }
  return json ? PrintDocument(DumpJson({{"studies", list}})) : Print(LinesForOutput(text));
}

// A run of a study as it is wished for.
struct PlannedRun {
  StudyRun run;
  std::filesystem::path folder;
  Configuration configuration;
};

// The first key in which the run that is in the folder already is another one than the wished.
Status CheckSame(const PlannedRun& planned) {
  const auto folder = RunFolder::Open(planned.folder);
  if (!folder) return tl::unexpected(folder.error());
  const auto differs = [&](const std::string& key, const std::string& found,
                           const std::string& wished) {
    return Fail("{}: {} of the run there is {}, expected {}; another --run keeps both",
                planned.folder.string(), key, found, wished);
  };
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    // Where it was trained: a run is told what it found there.
    if (key.declaration.key == "threads" || key.declaration.key == "device") continue;
    const Value found = key.get(folder->configuration()), wished = key.get(planned.configuration);
    if (found != wished) return differs(key.declaration.key, ToToml(found), ToToml(wished));
  }
  const ConstraintChoice &found = folder->configuration().mixing.constraint,
                         &wished = planned.configuration.mixing.constraint;
  if (found != wished) return differs("mixing.constraint", ToText(found), ToText(wished));
  Configuration here = planned.configuration;
  here.threads = folder->configuration().threads;
  here.device = folder->configuration().device;
  if (ToToml(here) == ToToml(folder->configuration())) return {};
  return Fail("{}: the run there has other [[mixing.site]]; another --run keeps both",
              planned.folder.string());
}

// Every run of the study, with the folder that it goes to; what is in one already is the same run.
Result<std::vector<PlannedRun>> PlanRuns(const Study& study, const StudyOptions& options) {
  const std::filesystem::path folder =
      options.folder.empty() ? RunFolder::DefaultPath("study").parent_path() / study.name
                             : std::filesystem::path(options.folder);
  const auto settings = ParseSettings(options.settings);
  if (!settings) return tl::unexpected(settings.error());
  std::vector<PlannedRun> runs;
  for (StudyRun& run : study.RunsOfSeeds(options.seeds > 0 ? options.seeds : study.seeds)) {
    run.settings.insert(run.settings.end(), settings->begin(), settings->end());
    auto configuration = LoadConfiguration(study.preset, run.settings);
    if (!configuration) return tl::unexpected(configuration.error());
    configuration->data.source = ResolvedSource(configuration->data.source);
    const PlannedRun planned{run, folder / run.name, *std::move(configuration)};
    if (ReadRunStatus(planned.folder)) {
      if (auto same = CheckSame(planned); !same) return tl::unexpected(same.error());
    }
    runs.push_back(planned);
  }
  return runs;
}

// A run that is finished is kept, one that was cut short is resumed: a study that was ended goes
// on.
CommandResult Train(const Study& study, const PlannedRun& planned) {
  const auto status = ReadRunStatus(planned.folder);
  const std::string& name = planned.run.name;
  std::vector<std::string> words;
  if (status && status->state == RunState::kFinished) return {};
  if (status) {
    Say(fmt::format("{} goes on from step {}", name, status->step));
    words = {"resume", planned.folder.string()};
  } else {
    Say(fmt::format("{} begins", name));
    words = {"train", study.preset, "--run", planned.folder.string()};
    for (const Setting& setting : planned.run.settings) {
      words.insert(words.end(), {"--set", setting.key + "=" + setting.value});
    }
  }
  const Result<int> ended = RunBeside("mhc-engine", words);
  if (!ended) return Failed(ended.error());
  if (*ended != 0) return tl::unexpected(CommandError{*ended, name + " did not end well"});
  const auto after = ReadRunStatus(planned.folder);
  if (!after) return Failed(after.error());
  if (after->state != RunState::kFinished) {
    return tl::unexpected(CommandError{
        kExitFailed, fmt::format("{} was stopped at step {}; the same command goes on from there",
                                 name, after->step)});
  }
  return {};
}

// As PDF and PNG. Error where one is not there afterwards; mhclab has said why.
Status DrawFigure(const std::string& figure, const std::vector<std::string>& runs,
                  const std::filesystem::path& stem) {
  for (const char* kind : {".pdf", ".png"}) {
    std::vector<std::string> words = {"export"};
    words.insert(words.end(), runs.begin(), runs.end());
    const std::string out = stem.string() + kind;
    words.insert(words.end(), {"--figure", figure, "--out", out, "--width", "174", "--force"});
    const Result<int> drawn = RunBeside("mhclab", words);
    if (!drawn) return tl::unexpected(drawn.error());
    if (*drawn != 0) return Fail("{}: was not drawn", out);
  }
  return {};
}

Status Draw(const Study& study, const std::vector<PlannedRun>& runs,
            const std::filesystem::path& folder) {
  std::error_code error;
  const auto lab = ProgramBeside("mhclab");
  if (lab && !std::filesystem::exists(*lab, error)) {
    Say("without mhclab, which was not built, there are no figures");
    return {};
  }
  std::filesystem::create_directories(folder, error);
  if (error) return Fail("{}: cannot be made: {}", folder.string(), error.message());
  std::vector<std::string> all;
  all.reserve(runs.size());
  for (const PlannedRun& run : runs) all.push_back(run.folder.string());
  for (const std::string& figure : study.figures) {
    if (auto drawn = DrawFigure(figure, all, folder / figure); !drawn) return drawn;
  }
  for (const std::string& figure : study.figures_of_each) {
    for (const PlannedRun& run : runs) {
      const auto stem = folder / (figure + "-" + run.run.name);
      if (auto drawn = DrawFigure(figure, {run.folder.string()}, stem); !drawn) return drawn;
    }
  }
  Say(fmt::format("figures are in {}", Shown(folder.string())));
  return {};
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

CommandResult Report(const std::vector<PlannedRun>& runs, bool json) {
  ordered_json list = ordered_json::array();
  std::vector<std::vector<std::string>> rows = {
      {"run", "validation loss", "loss", "largest forward gain", "largest backward gain"}};
  for (const PlannedRun& run : runs) {
    const auto status = ReadRunStatus(run.folder);
    if (!status) return Failed(status.error());
    const auto forward = Largest(run.folder, "composite_forward_gain");
    const auto backward = Largest(run.folder, "composite_backward_gain");
    ordered_json row = ToJson(*status);
    row["largest_forward_gain"] = forward ? ordered_json(*forward) : ordered_json();
    row["largest_backward_gain"] = backward ? ordered_json(*backward) : ordered_json();
    list.push_back(std::move(row));
    rows.push_back({run.run.name, OrDash(status->validation_loss), OrDash(status->loss),
                    OrDash(forward), OrDash(backward)});
  }
  if (json) return PrintDocument(DumpJson({{"runs", list}}));
  return Print(TableForOutput(rows, TableHead::kFirstRow));
}

CommandResult Run(const StudyOptions& options) {
  if (options.name.empty()) return ListStudies(options.json);
  const Study* study = FindStudy(options.name);
  if (study == nullptr) {
    return BadInput(Error{fmt::format("study: found \"{}\", expected one that `mhc study` lists",
                                      Shown(options.name))});
  }
  const auto runs = PlanRuns(*study, options);
  if (!runs) return BadInput(runs.error());
  for (const PlannedRun& run : *runs) {
    if (auto trained = Train(*study, run); !trained) return trained;
  }
  const auto drawn = Draw(*study, *runs, runs->front().folder.parent_path() / "figures");
  auto report = Report(*runs, options.json);
  if (!drawn) return Failed(drawn.error());
  return report;
}

Action DeclareStudy(CLI::App& app) {
  const auto options = std::make_shared<StudyOptions>();
  app.add_option("NAME", options->name, "A study; without it they are listed");
  app.add_option("--run", options->folder,
                 "Folder for its runs (default: NAME in $MHC_RUNS, else in ~/mhc-runs)");
  app.add_option("--seeds", options->seeds, "Seeds of every run (default: the study's)")
      ->transform(WholeNumberText)
      ->check(CLI::Range(1, 100));
  app.add_option("--set", options->settings, "KEY=VALUE over every run's configuration")
      ->allow_extra_args(false);
  AddJsonOption(app, options->json);
  app.footer(
      "Runs that are finished are kept, so that the same command goes on where it was ended.\n\n"
      "Examples:\n  mhc study\n  mhc study hc-explodes --set data.source=book.txt --seeds 1");
  return [options] { return Run(*options); };
}

}  // namespace

Command StudyCommand() {
  return {"study", "Trains the runs of a study one after another, and draws its figures.",
          DeclareStudy};
}

}  // namespace mhc
