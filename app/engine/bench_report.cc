#include "app/engine/bench_report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "app/command_line/terminal.h"
#include "core/model/kernels/site_kernels.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;
using TableRows = std::vector<std::vector<std::string>>;

ordered_json OrNull(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

// The value, or null and its reason in `left_out`.
ordered_json OrReason(const Result<double>& value, const std::string& key, ordered_json& left_out) {
  if (value) return *value;
  left_out[key] = value.error().message;
  return nullptr;
}

Result<double> PeerOf(const BenchReport& report) {
  if (report.steps.peer_step_ms) return *report.steps.peer_step_ms;
  return Fail("no --peer was given");
}

ordered_json PartsJson(const StepCost& cost) {
  return {{"coefficients", OrNull(cost.coefficients)},
          {"constraint", OrNull(cost.constraint)},
          {"apply", cost.apply},
          {"sublayer", cost.sublayers},
          {"rest", cost.rest}};
}

std::string Milliseconds(double value) { return fmt::format("{:.2f}", value); }
std::string Milliseconds(const std::optional<double>& value) {
  return value ? Milliseconds(*value) : "-";
}
std::string Ratio(double value) { return fmt::format("{:.3f}", value); }
std::string Percent(double value) { return fmt::format("{:.2f} %", 100.0 * value); }

// What is said of a value that may not be there.
template <class ToText>
std::string OrWhyNot(const Result<double>& value, ToText&& to_text) {
  return value ? to_text(*value) : fmt::format("- ({})", value.error().message);
}

std::string HeadLine(const BenchReport& report) {
  const Configuration& c = report.configuration;
  return fmt::format(
      "{}: {} blocks, {} channels, {} streams, {} tokens a step; {}, {} thread{}, kernels by {}\n"
      "medians; rounds: {}, steps of each model in a round: {}\n\n",
      c.name, c.model.blocks, c.model.channels, c.model.streams, c.train.batch * c.model.context,
      report.device, report.threads, report.threads == 1 ? "" : "s", kernels::InstructionSet(),
      report.settings.rounds, report.settings.steps);
}

TableRows ModelRows(const StepTimes& steps) {
  const double plain_ms = steps.StepMs(kPlainModel);
  TableRows rows = {{"model", "step_ms", "over plain"}};
  for (const auto& [name, step_ms] : steps.step_ms) {
    rows.push_back({name, Milliseconds(step_ms), Ratio(step_ms / plain_ms)});
  }
  return rows;
}

// Of the whole machine.
TableRows EnergyRows(const std::map<std::string, double>& joules) {
  TableRows rows = {{"energy", "J a step", "over plain"}};
  for (const auto& [name, value] : joules) {
    rows.push_back(
        {name, fmt::format("{:.3f}", value), Ratio(value / joules.at(std::string(kPlainModel)))});
  }
  return rows;
}

TableRows PeerRows(const StepTimes& steps) {
  const double peer_ms = *steps.peer_step_ms;
  return {{"peer, step_ms", Milliseconds(peer_ms)},
          {"  over plain", Ratio(peer_ms / steps.StepMs(kPlainModel))},
          {"  over mhc", Ratio(peer_ms / steps.StepMs(kMhcModel))}};
}

TableRows PartRows(const StepTimes& steps) {
  TableRows rows = {{"parts, ms", "coefficients", "constraint", "apply", "sublayer", "rest"}};
  for (const auto& [name, cost] : steps.parts) {
    rows.push_back({name, Milliseconds(cost.coefficients), Milliseconds(cost.constraint),
                    Milliseconds(cost.apply), Milliseconds(cost.sublayers),
                    Milliseconds(cost.rest)});
  }
  return rows;
}

TableRows SiteRows(const SiteTimes& site) {
  return {{"site, fused ms", OrWhyNot(site.fused_ms, [](double v) { return Milliseconds(v); })},
          {"site, reference ms", Milliseconds(site.reference_ms)},
          {"  reference over fused", OrWhyNot(site.ReferenceOverFused(), Ratio)},
          {"  share of the roofline", OrWhyNot(site.RooflineShare(), Percent)},
          {"machine, GFLOP/s", fmt::format("{:.1f}", site.machine.gflops)},
          {"machine, GB/s", fmt::format("{:.1f}", site.machine.gigabytes_per_second)}};
}

TableRows ShareRows(const StepTimes& steps) {
  return {{"probe over a step", Percent(steps.probe_share)},
          {"record over a step", OrWhyNot(steps.record_share, Percent)}};
}

}  // namespace

ordered_json BenchJson(const BenchReport& report) {
  const StepTimes& steps = report.steps;
  const SiteTimes& site = report.site;
  ordered_json left_out = ordered_json::object();
  ordered_json json = {{"name", report.configuration.name}, {"device", report.device},
                       {"threads", report.threads},         {"kernels", kernels::InstructionSet()},
                       {"rounds", report.settings.rounds},  {"steps", report.settings.steps}};
  for (const auto& [name, step_ms] : steps.step_ms) {
    json["step_ms"][name] = step_ms;
    json["ratio_over_plain"][name] = step_ms / steps.StepMs(kPlainModel);
  }
  json["site_ratio_reference_over_fused"] =
      OrReason(site.ReferenceOverFused(), "site_ratio_reference_over_fused", left_out);
  for (const auto& [name, cost] : steps.parts) json["parts"][name] = PartsJson(cost);
  json["machine"] = {{"gflops", site.machine.gflops},
                     {"gigabytes_per_second", site.machine.gigabytes_per_second}};
  json["probe_share"] = steps.probe_share;
  json["record_share"] = OrReason(steps.record_share, "record_share", left_out);
  json["roofline_share"] = OrReason(site.RooflineShare(), "roofline_share", left_out);
  json["peer_step_ms"] = OrReason(PeerOf(report), "peer_step_ms", left_out);
  json["energy_joules"] = nullptr;
  if (steps.joules) {
    json["energy_joules"] = *steps.joules;
    const double plain = steps.joules->at(std::string(kPlainModel));
    for (const auto& [name, joules] : *steps.joules) {
      json["energy_ratio_over_plain"][name] = joules / plain;
    }
  } else {
    left_out["energy_joules"] = steps.joules.error().message;
  }
  left_out["parts.plain"] = "one stream has no coefficients and no constraint";
  json["left_out"] = left_out;
  return json;
}

std::string BenchText(const BenchReport& report) {
  const StepTimes& steps = report.steps;
  std::string text = LinesForOutput(HeadLine(report));
  text += TableForOutput(ModelRows(steps), TableHead::kFirstRow) + '\n';
  if (steps.peer_step_ms) text += TableForOutput(PeerRows(steps), TableHead::kNone) + '\n';
  text += TableForOutput(PartRows(steps), TableHead::kFirstRow) + '\n';
  text += TableForOutput(SiteRows(report.site), TableHead::kNone) + '\n';
  text += steps.joules ? TableForOutput(EnergyRows(*steps.joules), TableHead::kFirstRow) + '\n'
                       : LinesForOutput(steps.joules.error().message + "\n\n");
  return text + TableForOutput(ShareRows(steps), TableHead::kNone);
}

}  // namespace mhc
