#include "app/engine/sweep.h"

#include <nlohmann/json.hpp>
#include <set>

#include "app/command_line/terminal.h"
#include "app/engine/engine_process.h"
#include "core/formats/json_text.h"
#include "core/plan/machine_sweep.h"
#include "core/plan/sweep_grid.h"
#include "core/plan/thread_choice.h"
#include "core/record/record/unix_time.h"
#include "core/train/bench/measured_step.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;
using TableRows = std::vector<std::vector<std::string>>;
using Fits = std::map<std::int64_t, StepTimeFit>;

std::vector<std::int64_t> ThreadsOf(const Configuration& configuration) {
  if (configuration.threads > 0) return {configuration.threads};
  const std::set<std::int64_t> counts = {1, PhysicalCores()};
  return {counts.begin(), counts.end()};
}

Result<std::vector<SweepPoint>> Measure(const std::vector<Configuration>& grid, std::int64_t steps,
                                        const torch::Device& device) {
  std::vector<SweepPoint> points;
  for (const Configuration& configuration : grid) {
    fmt::print(stderr, "point {} of {}\n", points.size() + 1, grid.size());
    const auto measured = MeasureStep(configuration, steps, device);
    if (!measured) return tl::unexpected(measured.error());
    SweepPoint& point = points.emplace_back(PointOf(configuration));
    point.step_ms = measured->step_ms;
    point.mixing_ms = measured->mixing_ms;
    point.memory_mib = measured->memory_mib;
  }
  return points;
}

Result<Fits> FitAll(const MachineSweep& sweep, const std::vector<std::int64_t>& threads) {
  Fits fits;
  for (const std::int64_t count : threads) {
    const auto fit = StepTimeFit::Of(sweep.points, count);
    if (!fit) return tl::unexpected(fit.error());
    fits.emplace(count, *fit);
  }
  return fits;
}

std::string Percent(double share) { return fmt::format("{:.1f} %", 100.0 * share); }

ordered_json ToJson(const MachineSweep& sweep, const Fits& fits) {
  ordered_json json = {{"machine", sweep.machine},
                       {"file", SweepFile().string()},
                       {"points", ordered_json::array()},
                       {"fits", ordered_json::array()}};
  for (const SweepPoint& p : sweep.points) {
    json["points"].push_back({{"residual", p.is_residual},
                              {"channels", p.channels},
                              {"streams", p.streams},
                              {"blocks", p.blocks},
                              {"tokens", p.tokens},
                              {"threads", p.threads},
                              {"step_ms", p.step_ms},
                              {"fit_ms", fits.at(p.threads).StepMs(p.work)},
                              {"mixing_ms", p.mixing_ms},
                              {"memory_mib", p.memory_mib}});
  }
  for (const auto& [threads, fit] : fits) {
    json["fits"].push_back({{"threads", threads},
                            {"median_error", fit.median_error()},
                            {"largest_error", fit.largest_error()}});
  }
  return json;
}

std::string Text(const MachineSweep& sweep, const Fits& fits) {
  TableRows rows = {{"model", "channels", "streams", "blocks", "tokens", "threads", "step ms",
                     "fit ms", "mixing", "memory MiB"}};
  for (const SweepPoint& p : sweep.points) {
    rows.push_back({p.is_residual ? "plain" : "mhc", fmt::to_string(p.channels),
                    fmt::to_string(p.streams), fmt::to_string(p.blocks), fmt::to_string(p.tokens),
                    fmt::to_string(p.threads), fmt::format("{:.1f}", p.step_ms),
                    fmt::format("{:.1f}", fits.at(p.threads).StepMs(p.work)),
                    Percent(p.mixing_ms / p.step_ms), fmt::format("{:.0f}", p.memory_mib)});
  }
  std::string text = LinesForOutput(fmt::format("{}; medians\n\n", sweep.machine));
  text += TableForOutput(rows, TableHead::kFirstRow) + '\n';
  for (const auto& [threads, fit] : fits) {
    text += LinesForOutput(fmt::format("fit with {} {}: {} off in the median, at most {}\n",
                                       threads, threads == 1 ? "thread" : "threads",
                                       Percent(fit.median_error()), Percent(fit.largest_error())));
  }
  return text + LinesForOutput(fmt::format("kept in {}\n", SweepFile().string()));
}

}  // namespace

CommandResult SweepMachine(const Configuration& configuration, std::int64_t steps, bool json) {
  const auto device = ChooseDevice(configuration.device);
  if (!device) return BadInput(device.error());
  const std::vector<std::int64_t> threads = ThreadsOf(configuration);
  SetThreads(threads.back());
  auto points = Measure(SweepGrid(configuration, threads), steps, *device);
  if (!points) return Failed(points.error());
  const MachineSweep sweep{ThisMachine(), MHC_VERSION, UnixNow(), *std::move(points)};
  const auto fits = FitAll(sweep, threads);
  if (!fits) return Failed(fits.error());
  if (const auto kept = WriteSweep(SweepFile(), sweep); !kept) return Failed(kept.error());
  return json ? PrintDocument(DumpJson(ToJson(sweep, *fits))) : Print(Text(sweep, *fits));
}

}  // namespace mhc
