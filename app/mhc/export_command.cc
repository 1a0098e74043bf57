#include "app/mhc/export_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/mhc/record_lines.h"
#include "core/formats/csv.h"
#include "core/formats/json_text.h"
#include "core/formats/npy.h"
#include "core/formats/number_text.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

constexpr int kRowsOfTable = 4096;
constexpr std::int64_t kLastStepOfMatrices = 1'000'000'000;

struct ExportOptions {
  std::string run;
  std::string as;
  std::string out;
  std::optional<std::int64_t> step;
  bool json = false;
};

// What was written, for --json.
struct Written {
  std::int64_t rows = 0;
  std::int64_t step = 0;       // of the snapshot
  bool begun = false;          // the output could be opened
  bool output_failed = false;  // else an error is the record's
  std::vector<std::int64_t> shape;
};

Status Append(OutputFile& file, std::string_view text, Written& written) {
  auto appended = file.Append(text);
  written.output_failed = !appended;
  return appended;
}

// One row a step of the latest timeline; a cell is empty where nothing was measured.
Status WriteCsv(RecordReader& reader, OutputFile& file, Written& written) {
  std::vector<std::string> cells = {"step"};
  for (const StepColumn& column : StepColumns()) cells.emplace_back(column.name);
  std::string text;
  AppendCsvRow(cells, text);
  for (std::int64_t first = 1;;) {
    const auto rows = reader.RowsFrom(first, kRowsOfTable);
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) break;
    first = rows->back().step + 1;
    for (const StepRecord& row : *rows) {
      cells = {fmt::to_string(row.step)};
      for (const auto& value : row.values) cells.push_back(value ? NumberText(*value) : "");
      AppendCsvRow(cells, text);
      ++written.rows;
    }
    if (auto appended = Append(file, text, written); !appended) return appended;
    text.clear();
  }
  return Append(file, text, written);
}

Status WriteJsonLines(RecordReader& reader, OutputFile& file, Written& written) {
  return RecordLines(reader, 0).SayNew([&](const std::string& line) {
    ++written.rows;
    return Append(file, line + '\n', written);
  });
}

Status WriteMatrices(RecordReader& reader, const ExportOptions& options, OutputFile& file,
                     Written& written) {
  const std::int64_t step = options.step.value_or(std::numeric_limits<std::int64_t>::max());
  const auto found = reader.SnapshotAt("res_mean", step);
  if (!found) return tl::unexpected(found.error());
  if (!*found) {
    return Fail(
        "{}: holds no snapshot of H_res{}, expected a run with hyper-connection sites that "
        "has come to its first one",
        options.run, options.step ? fmt::format(" at or before step {}", step) : "");
  }
  const Snapshot& snapshot = (*found)->snapshot;
  const bool is_stack =
      snapshot.shape.size() == 3 && snapshot.shape[0] > 0 && snapshot.shape[1] == snapshot.shape[2];
  if (!is_stack) {
    return Fail("{}: the snapshot of H_res at step {} has the shape [{}], expected [sites, n, n]",
                options.run, (*found)->step, fmt::join(snapshot.shape, ", "));
  }
  written.step = (*found)->step;
  written.shape = snapshot.shape;
  written.rows = snapshot.shape.front();
  auto appended = AppendNpy(file, snapshot.shape,
                            std::vector<double>(snapshot.data.begin(), snapshot.data.end()));
  written.output_failed = !appended;
  return appended;
}

// What changed the training, as a configuration has it: the same from there on without hands.
Status WriteInterventions(RecordReader& reader, OutputFile& file, Written& written) {
  const auto interventions = reader.Interventions();
  if (!interventions) return tl::unexpected(interventions.error());
  std::string text;
  for (const Intervention& intervention : *interventions) {
    const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
    const bool counts =
        intervention.applied && !intervention.undone && kind != nullptr && kind->changes_training;
    if (!counts) continue;
    text += ToToml(AsPlanned(intervention));
    ++written.rows;
  }
  return Append(file, text, written);
}

Status Write(RecordReader& reader, const ExportOptions& options, OutputFile& file,
             Written& written) {
  written.begun = true;
  if (options.as == "csv") return WriteCsv(reader, file, written);
  if (options.as == "jsonl") return WriteJsonLines(reader, file, written);
  if (options.as == "interventions") return WriteInterventions(reader, file, written);
  return WriteMatrices(reader, options, file, written);
}

CommandResult Report(const ExportOptions& options, const Written& written) {
  const bool matrices = options.as == "matrices";
  if (options.json) {
    nlohmann::ordered_json json = {
        {"out", options.out}, {"as", options.as}, {"rows", written.rows}};
    if (matrices) json.update({{"step", written.step}, {"shape", written.shape}});
    return PrintDocument(DumpJson(std::move(json)));
  }
  return Print(matrices
                   ? fmt::format("{}: H_res of {} sites at step {}, [{}] float64\n", options.out,
                                 written.rows, written.step, fmt::join(written.shape, ", "))
                   : fmt::format("{}: {} rows\n", options.out, written.rows));
}

CommandResult Run(const ExportOptions& options) {
  const bool matrices = options.as == "matrices";
  if (options.step && !matrices) {
    return BadInput({"--step: is for --as matrices, the curves have every step"});
  }
  if (options.out.empty() && options.json) {
    return BadInput({"--json: needs --out, since without it the data go to standard output"});
  }
  if (options.out.empty() && matrices && isatty(STDOUT_FILENO)) {
    return BadInput({"--out: found nothing, expected the path of a file, or a pipe as output"});
  }
  const auto folder = RunFolder::Open(options.run);
  if (!folder) return BadInput(folder.error());
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return BadInput(reader.error());
  Written written;
  bool read = false;
  const auto write = [&](OutputFile& file) {
    Status done = Write(*reader, options, file, written);
    read = done || written.output_failed;
    return done;
  };
  Status done;
  if (options.out.empty()) {
    OutputFile output = OutputFile::StandardOutput();
    done = write(output);
  } else {
    done = ReplaceFile(options.out, write);
  }
  // What the record cannot give is bad input; what the disk does not take is a failure.
  if (!done && !read && !written.output_failed && !written.begun) return Failed(done.error());
  if (!done) return read ? CommandResult(Failed(done.error())) : BadInput(done.error());
  return options.out.empty() ? CommandResult() : Report(options, written);
}

Action DeclareExport(CLI::App& app) {
  const auto options = std::make_shared<ExportOptions>();
  app.add_option("RUN", options->run, "Folder of the run")->required();
  app.add_option("--as", options->as, "csv, jsonl, matrices or interventions")
      ->required()
      ->check(CLI::IsMember({"csv", "jsonl", "matrices", "interventions"}));
  app.add_option("--out", options->out, "File to write (default: standard output)");
  app.add_option("--step", options->step,
                 "For matrices: the snapshot at or before this step (default: the newest)")
      ->transform(WholeNumberText)
      ->check(CLI::Range(std::int64_t{0}, kLastStepOfMatrices));
  AddJsonOption(app, options->json);
  app.footer(
      "csv: one row a step. jsonl: the lines of `mhc follow`. matrices: the token mean of H_res "
      "of\n"
      "every site as .npy, float64, [sites, n, n], oldest site first; at the step of an\n"
      "intervention the maps right before it, at the next step those after it.\n"
      "interventions: what was changed and when, as tables [[intervention]]; behind run.toml they\n"
      "make a configuration that trains the same run without hands.\n\nExamples:\n"
      "  mhc export runs/hc --as csv --out hc.csv\n"
      "  mhc export runs/hc --as matrices --step 300 --out h.npy && mhc matrix h.npy");
  return [options] { return Run(*options); };
}

}  // namespace

Command ExportCommand() {
  return {"export", "The record's curves and matrices for other programs.", DeclareExport};
}

}  // namespace mhc
