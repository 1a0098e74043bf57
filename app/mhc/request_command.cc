#include "app/mhc/request_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/formats/json_text.h"
#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"
#include "core/record/intervention/inbox.h"
#include "core/record/intervention/intervention_text.h"
#include "core/record/record/record_reader.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPoll = std::chrono::milliseconds(10);

struct RequestOptions {
  std::string run;
  std::string request;  // KIND or KIND=VALUE
  std::string sites, transfer;
  double timeout_s = 60.0;
  bool json = false;
};

Result<InterventionRequest> ReadRequest(const RequestOptions& options, const RunFolder& folder) {
  const std::size_t equals = options.request.find('=');
  const std::string_view text = options.request;
  const auto given = [](const std::string& option) {
    return option.empty() ? std::nullopt : std::optional<std::string_view>(option);
  };
  return MakeRequest(
      folder.configuration(), text.substr(0, equals),
      equals == std::string::npos ? std::nullopt : std::optional(text.substr(equals + 1)),
      given(options.sites), given(options.transfer));
}

// Takes the request back; where the engine has it already, nothing.
Result<bool> Withdrawn(const RunFolder& folder, const std::string& id) {
  return Inbox(folder.inbox_path()).Withdraw(id);
}

// Waits until the outcome is in the record, the time is up, or no engine is there any more.
tl::expected<Intervention, CommandError> Await(const RunFolder& folder, RecordReader& reader,
                                               const std::string& id, double timeout_s) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_s);
  const std::string run = folder.path().string();
  while (true) {
    const bool engine = folder.Holder().has_value();
    const auto changed = reader.Changed();
    if (!changed) return Failed(changed.error());
    const auto outcome = reader.FindIntervention(id);
    if (!outcome) return Failed(outcome.error());
    if (*outcome) return **outcome;
    if (!engine) {
      const auto withdrawn = Withdrawn(folder, id);
      if (!withdrawn) return Failed(withdrawn.error());
      return Failed({*withdrawn ? run + ": the engine ended before it took the request, which was "
                                        "withdrawn"
                                : run + ": the engine ended with the request in hand; a resume "
                                        "will settle it"});
    }
    if (Clock::now() >= deadline) {
      const auto withdrawn = Withdrawn(folder, id);
      if (!withdrawn) return Failed(withdrawn.error());
      if (*withdrawn) {
        return Failed(
            {fmt::format("{}: the engine took no notice within {} s, the request was "
                         "withdrawn",
                         run, timeout_s)});
      }
      if (Clock::now() >= deadline + std::chrono::duration<double>(timeout_s)) {
        return Failed(
            {fmt::format("{}: the engine has taken the request and not settled it within "
                         "{} s; `mhc status` will show its outcome",
                         run, 2 * timeout_s)});
      }
    }
    std::this_thread::sleep_for(kPoll);
  }
}

CommandResult Run(const RequestOptions& options) {
  const auto folder = RunFolder::Open(options.run);
  if (!folder) return BadInput(folder.error());
  const auto request = ReadRequest(options, *folder);
  if (!request) return BadInput(request.error());
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return BadInput(reader.error());
  if (!folder->Holder()) {
    return BadInput(
        {fmt::format("{}: no engine runs it, expected a run in progress (`mhc resume` "
                     "goes on with one)",
                     options.run)});
  }
  const auto id = Inbox(folder->inbox_path()).Submit(*request);
  if (!id) return Failed(id.error());
  const auto outcome = Await(*folder, *reader, *id, options.timeout_s);
  if (!outcome) return tl::unexpected(outcome.error());
  const std::string text = Shown(InterventionText(*outcome));
  if (!outcome->applied && !options.json) return Failed({text});
  auto printed = options.json ? PrintDocument(DumpJson(ToJson(*outcome))) : Print(text + '\n');
  if (!printed) return printed;
  if (!outcome->applied) return Failed({"refused: " + outcome->reason});
  return {};
}

Action DeclareRequest(CLI::App& app) {
  const auto options = std::make_shared<RequestOptions>();
  app.add_option("RUN", options->run, "Folder of a run that an engine trains now")->required();
  app.add_option("REQUEST", options->request, "KIND=VALUE or KIND, one of those below")->required();
  app.add_option("--sites", options->sites, "Sites such as 2-3 or 0,4-7 (default: all)");
  app.add_option("--transfer", options->transfer,
                 "How a new constraint starts: match_matrix (default), keep_logits or blend(K)");
  app.add_option("--timeout", options->timeout_s, "Seconds to wait for the outcome")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const auto seconds = ParseNumber(text);
            const bool sound = seconds && *seconds >= 0 && *seconds <= 1e6;
            return sound ? std::string() : "expected a number of seconds from 0 to 1000000";
          },
          "SECONDS"))
      ->capture_default_str();
  AddJsonOption(app, options->json);
  std::string kinds = "Requests:\n";
  for (const InterventionKind& kind : InterventionKinds()) {
    const char* value = kind.needs_value ? "=VALUE" : TakesValue(kind) ? "[=VALUE]" : "";
    kinds += fmt::format("  {:<21} {}{}\n", kind.value.key + value, kind.value.text,
                         TakesValue(kind) && kind.value.key != "constraint"
                             ? fmt::format(" VALUE: {}.", Expected(kind.value))
                             : "");
  }
  app.footer(kinds +
             "\nExits with 1 where the request was refused or nothing became of it in time.\n\n"
             "Examples:\n"
             "  mhc request runs/a constraint=unconstrained\n"
             "  mhc request runs/a constraint=sinkhorn:iterations=5 --transfer 'blend(50)'\n"
             "  mhc request runs/a constraint=row_softmax --sites 2-3\n"
             "  mhc request runs/a learning_rate=1e-3\n"
             "  mhc request runs/a pause");
  return [options] { return Run(*options); };
}

}  // namespace

Command RequestCommand() {
  return {"request", "Asks a live run for a change, and waits for what becomes of it.",
          DeclareRequest};
}

}  // namespace mhc
