#include "core/plan/machine_sweep.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/formats/output_file.h"
#include "core/plan/thread_choice.h"
#include "core/record/configuration/home_path.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kSchema = 1;

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "a processor without a name";
}

struct WorkKey {
  const char* key;
  double StepWork::*member;
};
constexpr WorkKey kWork[] = {{"sublayers", &StepWork::sublayers},
                             {"gflop", &StepWork::gflop},
                             {"parameters", &StepWork::parameters},
                             {"mixing_gflop", &StepWork::mixing_gflop},
                             {"mixing_gigabytes", &StepWork::mixing_gigabytes}};
struct CountKey {
  const char* key;
  std::int64_t SweepPoint::*member;
};
constexpr CountKey kCounts[] = {{"channels", &SweepPoint::channels},
                                {"streams", &SweepPoint::streams},
                                {"blocks", &SweepPoint::blocks},
                                {"tokens", &SweepPoint::tokens},
                                {"threads", &SweepPoint::threads}};
struct MeasureKey {
  const char* key;
  double SweepPoint::*member;
};
constexpr MeasureKey kMeasures[] = {{"step_ms", &SweepPoint::step_ms},
                                    {"mixing_ms", &SweepPoint::mixing_ms},
                                    {"memory_mib", &SweepPoint::memory_mib}};

ordered_json ToJson(const SweepPoint& point) {
  ordered_json json = {{"residual", point.is_residual}};
  for (const CountKey& row : kCounts) json[row.key] = point.*row.member;
  for (const MeasureKey& row : kMeasures) json[row.key] = point.*row.member;
  for (const WorkKey& row : kWork) json["work"][row.key] = point.work.*row.member;
  return json;
}

SweepPoint PointOf(const nlohmann::json& json) {
  SweepPoint point;
  point.is_residual = json.at("residual").get<bool>();
  for (const CountKey& row : kCounts) point.*row.member = json.at(row.key).get<std::int64_t>();
  for (const MeasureKey& row : kMeasures) point.*row.member = json.at(row.key).get<double>();
  for (const WorkKey& row : kWork)
    point.work.*row.member = json.at("work").at(row.key).get<double>();
  return point;
}

// What a fit divides by, and what it multiplies.
bool IsSound(const SweepPoint& point) {
  for (const WorkKey& row : kWork) {
    if (!std::isfinite(point.work.*row.member) || point.work.*row.member < 0.0) return false;
  }
  return std::isfinite(point.step_ms) && std::isfinite(point.mixing_ms) && point.mixing_ms > 0.0 &&
         point.step_ms > point.mixing_ms;
}

}  // namespace

std::string ThisMachine() {
  const std::int64_t cores = PhysicalCores();
  return fmt::format("{}, {} {}", ProcessorName(), cores, cores == 1 ? "core" : "cores");
}

fs::path SweepFile() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const fs::path base =
      cache != nullptr && *cache != '\0' ? fs::path(cache) : fs::path(WithHome("~/.cache"));
  return base / "mhc-lab" / "sweep.json";
}

Status WriteSweep(const fs::path& file, const MachineSweep& sweep) {
  ordered_json json = {{"schema", kSchema},
                       {"machine", sweep.machine},
                       {"program_version", sweep.program_version},
                       {"made", sweep.made},
                       {"points", ordered_json::array()}};
  for (const SweepPoint& point : sweep.points) json["points"].push_back(ToJson(point));
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) return Fail("{}: {}", file.parent_path().string(), error.message());
  const std::string text = DumpJson(json) + "\n";
  return ReplaceFile(file, [&text](OutputFile& out) { return out.Append(text); });
}

Result<MachineSweep> ReadSweep(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    return Fail("this machine was not swept yet: `mhc bench --sweep` does it in some minutes");
  }
  const auto json = ReadJson(file);
  if (!json) return tl::unexpected(json.error());
  MachineSweep sweep;
  try {
    if (json->at("schema") != kSchema) {
      return Fail("{}: schema {}, expected {}; `mhc bench --sweep` writes it anew", file.string(),
                  json->at("schema").dump(), kSchema);
    }
    sweep.machine = json->at("machine").get<std::string>();
    sweep.program_version = json->at("program_version").get<std::string>();
    sweep.made = json->at("made").get<double>();
    for (const nlohmann::json& point : json->at("points")) sweep.points.push_back(PointOf(point));
  } catch (const nlohmann::json::exception&) {
    return Fail("{}: is no sweep of a machine; `mhc bench --sweep` writes it anew", file.string());
  }
  for (const SweepPoint& point : sweep.points) {
    if (IsSound(point)) continue;
    return Fail("{}: has times that no step can have; `mhc bench --sweep` writes it anew",
                file.string());
  }
  return sweep;
}

Result<StepTime> PredictStepTime(const Configuration& configuration, const fs::path& file) {
  const auto sweep = ReadSweep(file);
  if (!sweep) return tl::unexpected(sweep.error());
  if (sweep->machine != ThisMachine()) {
    return Fail("the sweep in {} is of another machine ({}): `mhc bench --sweep` makes one of this",
                file.string(), sweep->machine);
  }
  const std::int64_t threads = ChooseThreads(configuration, PhysicalCores());
  const auto fit = StepTimeFit::Of(sweep->points, threads);
  if (!fit) return tl::unexpected(fit.error());
  const StepWork work = WorkOf(configuration);
  return StepTime{fit->StepMs(work), fit->MixingMs(work), fit->median_error(),
                  fit->largest_error()};
}

}  // namespace mhc
