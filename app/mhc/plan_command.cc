#include "app/mhc/plan_command.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/terminal.h"
#include "core/formats/json_text.h"
#include "core/formats/person_text.h"
#include "core/plan/machine_sweep.h"
#include "core/plan/plan.h"
#include "core/plan/published_models.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

// A model with what a step of it takes here; a published one has no step of ours.
struct PlannedStep {
  Plan plan;
  Result<StepTime> time;
};

struct PlanArguments {
  std::string preset;
  std::vector<std::string> settings;
  bool json = false;
};

Result<PlannedStep> Read(const PlanArguments& arguments) {
  const auto settings = ParseSettings(arguments.settings);
  if (!settings) return tl::unexpected(settings.error());
  auto plan = PlanByName(arguments.preset, *settings);
  if (!plan) return tl::unexpected(plan.error());
  Result<StepTime> time = Fail("a published model is not trained here");
  if (const auto own = LoadConfiguration(arguments.preset, *settings)) time = PredictStepTime(*own);
  return PlannedStep{*std::move(plan), std::move(time)};
}

ordered_json ToJson(const ElementCount& elements) {
  return {{"read", elements.read}, {"written", elements.written}};
}

// One number where all sites have the same, a list where they differ, 0 where there are none.
ordered_json PerSite(const Plan& plan) {
  if (plan.site_parameters.empty()) return 0;
  for (const std::int64_t count : plan.site_parameters) {
    if (count != plan.site_parameters.front()) return plan.site_parameters;
  }
  return plan.site_parameters.front();
}

ordered_json ToJson(const PlannedStep& planned) {
  const Plan& plan = planned.plan;
  ordered_json json = {{"name", plan.name},
                       {"parameters", plan.parameters},
                       {"active_parameters", plan.active_parameters},
                       {"mixing_parameters", plan.mixing_parameters},
                       {"mixing_parameters_per_site", PerSite(plan)}};
  for (const auto& [part, count] : plan.parts) json["parameters_by_part"][part] = count;
  if (plan.printed) {
    json["printed"] = {{"parameters", plan.printed->parameters},
                       {"active_parameters", plan.printed->active_parameters}};
  }
  json["flops_per_token"] = plan.flops_per_token;
  json["mixing_flops_per_token"] = plan.mixing_flops_per_token;
  json["elements"] = {{"unfused", ToJson(plan.unfused)}, {"fused", ToJson(plan.fused)}};
  json["recompute_block"] =
      plan.recompute_block ? ordered_json(*plan.recompute_block) : ordered_json();
  json["memory_bytes"] = plan.MemoryBytes();
  json["state_bytes"] = plan.state_bytes;
  json["activation_bytes"] = plan.activation_bytes;
  json["step_ms"] = nullptr;
  if (planned.time) {
    json["step_ms"] = planned.time->step_ms;
    json["step_ms_mixing"] = planned.time->mixing_ms;
    json["step_ms_error"] = {{"median", planned.time->median_error},
                             {"largest", planned.time->largest_error}};
  } else {
    json["step_ms_missing"] = planned.time.error().message;
  }
  json["assumptions"] = plan.assumptions;
  return json;
}

std::string Beside(double computed, double printed) {
  return fmt::format("{} printed, {:+.2f} %", ShortNumber(printed),
                     100.0 * (computed / printed - 1.0));
}

// "103 on this machine, mixing 11 % of it; the fit is 2.1 % off in the median, at most 7.0 %".
std::string TimeText(const Result<StepTime>& time) {
  if (!time) return "- (" + time.error().message + ")";
  return fmt::format(
      "{} on this machine, mixing {:.0f} % of it; the fit is {:.1f} % off in the median, at most "
      "{:.1f} %",
      ShortNumber(time->step_ms), 100.0 * time->mixing_ms / time->step_ms,
      100.0 * time->median_error, 100.0 * time->largest_error);
}

std::string Text(const PlannedStep& planned) {
  const Plan& plan = planned.plan;
  std::vector<std::vector<std::string>> rows;
  const auto count = [&](const std::string& name, std::int64_t value) -> auto& {
    return rows.emplace_back(std::vector<std::string>{name, StepText(value)});
  };
  std::vector<std::string>& total = count("parameters", plan.parameters);
  if (plan.printed) {
    total.push_back(Beside(static_cast<double>(plan.parameters), plan.printed->parameters));
  }
  std::vector<std::string>& active = count("active_parameters", plan.active_parameters);
  if (plan.printed) {
    active.push_back(
        Beside(static_cast<double>(plan.active_parameters), plan.printed->active_parameters));
  }
  for (const auto& [part, value] : plan.parts) count("  " + part, value);
  rows.push_back({"mixing_parameters_per_site", PerSite(plan).dump()});
  rows.push_back({"flops_per_token", ShortNumber(plan.flops_per_token)});
  rows.push_back({"mixing_flops_per_token", ShortNumber(plan.mixing_flops_per_token)});
  for (const auto& [name, elements] : {std::pair("unfused", plan.unfused), {"fused", plan.fused}}) {
    count(fmt::format("elements {}, read", name), elements.read);
    count(fmt::format("elements {}, written", name), elements.written);
  }
  if (plan.recompute_block) count("recompute_block", *plan.recompute_block);
  rows.push_back({"memory_bytes", ShortNumber(plan.MemoryBytes())});
  rows.push_back({"  state", ShortNumber(plan.state_bytes)});
  rows.push_back({"  activations", ShortNumber(plan.activation_bytes)});
  const std::string time = LinesForOutput("step_ms " + TimeText(planned.time) + "\n");
  return fmt::format("{}\n{}{}\nAssumed:\n", plan.name, TableForOutput(rows, TableHead::kNone),
                     time) +
         LinesForOutput(fmt::format("  {}\n", fmt::join(plan.assumptions, "\n  ")));
}

CommandResult Run(const PlanArguments& arguments) {
  const Result<PlannedStep> plan = Read(arguments);
  if (!plan) return BadInput(plan.error());
  return arguments.json ? PrintDocument(DumpJson(ToJson(*plan))) : Print(Text(*plan));
}

Action DeclarePlan(CLI::App& app) {
  const auto arguments = std::make_shared<PlanArguments>();
  app.add_option("PRESET", arguments->preset,
                 fmt::format("The name of a preset, a configuration file, or one of {}",
                             fmt::join(PublishedModelNames(), ", ")))
      ->required();
  app.add_option("--set", arguments->settings, "section.key=value, over the configuration")
      ->allow_extra_args(false);
  AddJsonOption(app, arguments->json);
  app.footer(
      "Elements are those that a site moves for one token in the forward pass.\n\nExamples:\n"
      "  mhc plan default\n"
      "  mhc plan bench --set mixing.constraint=kronecker\n"
      "  mhc plan paper-27b --json | jq .recompute_block");
  return [arguments] { return Run(*arguments); };
}

}  // namespace

Command PlanCommand() {
  return {"plan", "Parameters, operations, elements moved and memory of a model.", DeclarePlan};
}

}  // namespace mhc
