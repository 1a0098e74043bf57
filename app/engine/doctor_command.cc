#include "app/engine/doctor_command.h"

#include <link.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "app/engine/engine_process.h"
#include "core/formats/json_text.h"
#include "core/model/kernels/site_kernels.h"
#include "core/plan/thread_choice.h"
#include "core/record/run/run_folder.h"

namespace mhc {
namespace {

// Files named libgomp or libiomp that are loaded: two OpenMP runtimes fight over the threads.
std::set<std::string> OpenMpRuntimes() {
  std::set<std::string> found;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        const std::filesystem::path path = info->dlpi_name;
        const std::string name = path.filename().string();
        if (name.starts_with("libgomp") || name.starts_with("libiomp") ||
            name.starts_with("libomp")) {
          static_cast<std::set<std::string>*>(data)->insert(path.string());
        }
        return 0;
      },
      &found);
  return found;
}

std::string Blas() {
  if (!at::hasMKL()) return "no MKL";
  const std::string version = at::get_mkl_version();
  return version.substr(0, version.find('\n'));
}

std::vector<std::string> Devices() {
  std::vector<std::string> devices = {"cpu"};
  for (std::size_t k = 0; k < static_cast<std::size_t>(torch::cuda::device_count()); ++k) {
    devices.push_back(fmt::format("cuda:{}", k));
  }
  return devices;
}

std::vector<std::string> Problems(std::int64_t default_threads) {
  std::vector<std::string> problems;
  if (!at::hasMKL()) {
    problems.push_back(
        "LibTorch has no MKL: matrix products can be many times slower; use "
        "PyTorch's own builds");
  }
  const auto runtimes = OpenMpRuntimes();
  if (runtimes.size() > 1) {
    std::string names;
    for (const std::string& name : runtimes) names += (names.empty() ? "" : ", ") + name;
    problems.push_back("more than one OpenMP runtime is loaded: " + names);
  }
  if (default_threads > PhysicalCores()) {
    problems.push_back(
        fmt::format("OMP_NUM_THREADS asks for {} threads on {} physical cores; the "
                    "engine sets its own number",
                    default_threads, PhysicalCores()));
  }
  std::filesystem::path place = RunFolder::DefaultPath("doctor").parent_path();
  while (!place.empty() && !std::filesystem::exists(place)) place = place.parent_path();
  if (access(place.c_str(), W_OK) != 0) {
    problems.push_back(
        fmt::format("{}: cannot be written, and runs go there; set MHC_RUNS", place.string()));
  }
  return problems;
}

nlohmann::ordered_json Findings() {
  const auto default_threads = static_cast<std::int64_t>(at::get_num_threads());
  const std::int64_t threads = SetThreads(0);
  return {{"version", MHC_VERSION},
          {"torch", TORCH_VERSION},
          {"blas", Blas()},
          {"threads", threads},
          {"simd", at::get_cpu_capability()},
          {"kernels", kernels::InstructionSet()},
          {"devices", Devices()},
          {"problems", Problems(default_threads)}};
}

std::string Text(const nlohmann::ordered_json& findings) {
  std::string text;
  for (const auto& [key, value] : findings.items()) {
    if (key == "problems") continue;
    text +=
        fmt::format("{:<9} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const auto& problem : findings["problems"]) {
    text += fmt::format("problem   {}\n", problem.get<std::string>());
  }
  return findings["problems"].empty() ? text + "all is well\n" : text;
}

CommandResult Run(bool json) {
  const nlohmann::ordered_json findings = Findings();
  const auto printed = json ? PrintDocument(DumpJson(findings)) : Print(Text(findings));
  if (!printed) {
    return printed;
  }
  const std::size_t problems = findings["problems"].size();
  if (problems == 0) return {};
  return Failed({fmt::format("{} problem{} found", problems, problems == 1 ? "" : "s")});
}

Action DeclareDoctor(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  AddJsonOption(app, *json);
  app.footer("Examples:\n  mhc doctor\n  mhc doctor --json | jq .problems");
  return [json] { return Run(*json); };
}

}  // namespace

Command DoctorCommand() {
  return {"doctor", "Says which versions and devices there are, and what is wrong with them.",
          DeclareDoctor};
}

}  // namespace mhc
