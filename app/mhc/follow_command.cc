#include "app/mhc/follow_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "app/mhc/record_lines.h"
#include "core/formats/number_text.h"
#include "core/formats/output_file.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

constexpr auto kFollowPoll = std::chrono::milliseconds(50);
constexpr std::int64_t kLastStepToFollow = 1'000'000'000;

struct FollowOptions {
  std::string run;
  std::int64_t since = 0;
  bool json = false;
};

CommandResult Run(const FollowOptions& options) {
  const auto folder = RunFolder::Open(options.run);
  if (!folder) return BadInput(folder.error());
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return BadInput(reader.error());
  RecordLines lines(*reader, options.since);
  OutputFile output = OutputFile::StandardOutput();
  bool output_failed = false;
  const auto say = [&](const std::string& line) {
    auto appended = output.Append(line + '\n');
    output_failed = !appended;
    return appended;
  };
  while (true) {
    // Asked before the record is read: what an engine wrote before it let go is read below.
    const bool live = folder->Holder().has_value();
    const auto changed = reader->Changed();
    if (!changed) return Failed(changed.error());
    if (*changed) {
      if (const Status said = lines.SayNew(say); !said) {
        return output_failed ? Failed(said.error()) : BadInput(said.error());
      }
    }
    if (!live) return {};
    std::this_thread::sleep_for(kFollowPoll);
  }
}

Action DeclareFollow(CLI::App& app) {
  const auto options = std::make_shared<FollowOptions>();
  app.add_option("RUN", options->run, "Folder of the run")->required();
  app.add_option("--since", options->since, "Only steps after this one")
      ->transform(WholeNumberText)
      ->check(CLI::Range(std::int64_t{0}, kLastStepToFollow))
      ->capture_default_str();
  AddJsonOption(app, options->json);
  app.footer(
      "A line a step with step, segment and every scalar; between them lines with one of\n"
      "intervention, alert and checkpoint. Ends when no engine writes the run any more.\n\n"
      "Examples:\n"
      "  mhc follow runs/hc | jq -c 'select(.loss) | [.step, .loss]'\n"
      "  ssh HOST mhc follow runs/hc --since 1200");
  return [options] { return Run(*options); };
}

}  // namespace

Command FollowCommand() {
  return {"follow", "The record as a stream of JSON lines, live or saved.", DeclareFollow};
}

}  // namespace mhc
