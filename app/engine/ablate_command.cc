#include "app/engine/ablate_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "app/command_line/terminal.h"
#include "app/engine/engine_process.h"
#include "core/formats/json_text.h"
#include "core/formats/number_text.h"
#include "core/record/configuration/site_list.h"
#include "core/record/intervention/intervention.h"
#include "core/record/run/run_checkpoint.h"
#include "core/train/ablation.h"
#include "core/train/checkpoint.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

struct AblateArguments {
  std::string checkpoint;
  std::int64_t batches = 4;
  std::optional<std::string> sites;
  bool each_site = false;
  bool json = false;
};

// A trainer as it was right after the checkpoint's step, with the data of its run.
struct LoadedModel {
  std::unique_ptr<Trainer> trainer;
  TokenData data;
};

Result<LoadedModel> Load(const RunCheckpoint& checkpoint) {
  const Configuration& configuration = checkpoint.run.configuration();
  const auto folder = OpenFolder::Open(checkpoint.path());
  if (!folder) return tl::unexpected(folder.error());
  const auto state = ReadTrainingState(*folder, checkpoint.step);
  if (!state) return tl::unexpected(state.error());
  const auto device = ChooseDevice(configuration.device);
  if (!device) return tl::unexpected(device.error());
  auto data = TokenData::Load(configuration);
  if (!data) return tl::unexpected(data.error());
  if (data->hash() != state->data_hash) {
    return Fail("{}: the data of {} have changed: found {}, expected {}",
                checkpoint.path().string(), configuration.data.source, data->hash(),
                state->data_hash);
  }
  auto trainer = std::make_unique<Trainer>(configuration, data->vocabulary(), *device);
  if (auto loaded = LoadCheckpoint(*folder, *state, *trainer); !loaded) {
    return tl::unexpected(loaded.error());
  }
  // A blend is where the last finished step had it.
  trainer->AdvanceBlends(checkpoint.step - 1);
  return LoadedModel{std::move(trainer), *std::move(data)};
}

Result<std::vector<std::int64_t>> SitesOf(const AblateArguments& arguments,
                                          const RunCheckpoint& checkpoint) {
  const std::int64_t sites = checkpoint.run.configuration().SiteCount();
  if (sites == 0) {
    return Fail(
        "{}: has one residual stream and no mixing (connection = residual), so there is "
        "nothing to ablate",
        checkpoint.run.path().string());
  }
  if (!arguments.sites) {
    std::vector<std::int64_t> all(sites);
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
  auto chosen = ParseSites(*arguments.sites, sites);
  if (!chosen) return FailWithin("--sites", chosen.error());
  return chosen;
}

ordered_json ToJson(const AblationOutcome& outcome) {
  const Ablation& ablation = outcome.ablation;
  return {{"what", Name(ablation.kind)},
          {"sites", ablation.sites},
          {"stream", ablation.stream ? ordered_json(*ablation.stream) : ordered_json()},
          {"loss", outcome.loss},
          {"delta", outcome.delta}};
}

std::string Text(const AblationStudy& study) {
  std::vector<std::vector<std::string>> rows = {{"what", "stream", "sites", "loss", "delta"}};
  rows.push_back({"baseline", "", "", fmt::format("{:.6f}", study.baseline_loss)});
  for (const AblationOutcome& outcome : study.interventions) {
    const Ablation& ablation = outcome.ablation;
    rows.push_back({std::string(Name(ablation.kind)),
                    ablation.stream ? std::to_string(*ablation.stream) : "",
                    SitesToText(ablation.sites), fmt::format("{:.6f}", outcome.loss),
                    fmt::format("{:+.6f}", outcome.delta)});
  }
  return TableForOutput(rows, TableHead::kFirstRow);
}

CommandResult Run(const AblateArguments& arguments) {
  const auto checkpoint = FindCheckpoint(arguments.checkpoint);
  if (!checkpoint) return BadInput(checkpoint.error());
  const auto sites = SitesOf(arguments, *checkpoint);
  if (!sites) return BadInput(sites.error());
  // The run may be in training meanwhile.
  LowerPriority();
  SetThreads(checkpoint->run.configuration().threads);
  const auto model = Load(*checkpoint);
  if (!model) return BadInput(model.error());

  const std::vector<Batch> batches = model->data.ValidationSample(arguments.batches);
  const std::int64_t streams = checkpoint->run.configuration().StreamCount();
  const AblationStudy study =
      Ablate(*model->trainer, batches, AblationsAt(*sites, streams, arguments.each_site));
  std::int64_t tokens = 0;
  for (const Batch& batch : batches) tokens += batch.targets_BT.numel();
  const std::string place = checkpoint->path().string();
  if (!arguments.json) {
    return Print(fmt::format("{}: validation loss over {} tokens, nats a token\n\n{}", place,
                             tokens, Text(study)));
  }
  ordered_json json = {{"checkpoint", place},
                       {"step", checkpoint->step},
                       {"batches", batches.size()},
                       {"tokens", tokens},
                       {"baseline_loss", study.baseline_loss},
                       {"interventions", ordered_json::array()}};
  for (const AblationOutcome& outcome : study.interventions) {
    json["interventions"].push_back(ToJson(outcome));
  }
  return PrintDocument(DumpJson(json));
}

Action DeclareAblate(CLI::App& app) {
  const auto arguments = std::make_shared<AblateArguments>();
  app.add_option("CHECKPOINT", arguments->checkpoint,
                 "RUN/checkpoints/step-000000600, or RUN for its newest checkpoint")
      ->required();
  app.add_option("--batches", arguments->batches,
                 "Validation batches that each loss is taken over, evenly spread; all where the "
                 "run has fewer (4)")
      ->transform(WholeNumberText)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  app.add_option("--sites", arguments->sites,
                 "Sites that are intervened at, as 0-3,7 (default: all)");
  app.add_flag("--each-site", arguments->each_site, "Every intervention at each single site too");
  AddJsonOption(app, arguments->json);
  app.footer(
      "The model is evaluated as it is, then with one intervention at a time; delta is the loss\n"
      "less that of the model as it is. Nothing is trained or written.\n\n"
      "  stream_zero     a stream is set to zero right before each of the sites, so that their\n"
      "                  maps, reads and mixes see it so; the readout takes what the last wrote\n"
      "  stream_mean     likewise, to the mean over all streams of the same token\n"
      "  res_identity    H_res of the sites is I: streams are not mixed\n"
      "  res_uniform     H_res is J, all entries 1/n: streams are mixed in full\n"
      "  res_token_mean  H_res is its mean over the evaluated tokens of the model as it is\n\n"
      "Those of H_res are done at all sites, at the early half and at the late half of them.\n\n"
      "Examples:\n  mhc ablate runs/mhc\n"
      "  mhc ablate runs/mhc/checkpoints/step-000000600 --batches 16\n"
      "  mhc ablate runs/mhc --each-site --json | jq '.interventions | max_by(.delta)'");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command AblateCommand() {
  return {"ablate", "Validation loss of a checkpoint without a stream or without its mixing.",
          DeclareAblate};
}

}  // namespace mhc
