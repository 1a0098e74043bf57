#include "app/engine/doctor_command.h"

#include <link.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "app/engine/engine_process.h"
#include "core/record/run_folder.h"

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

}  // namespace

int Doctor(bool json) {
  const auto default_threads = static_cast<std::int64_t>(at::get_num_threads());
  const std::int64_t threads = SetThreads(0);
  const std::vector<std::string> problems = Problems(default_threads);
  nlohmann::ordered_json document;
  document["version"] = MHC_VERSION;
  document["torch"] = TORCH_VERSION;
  document["blas"] = Blas();
  document["threads"] = threads;
  document["simd"] = at::get_cpu_capability();
  document["devices"] = Devices();
  document["problems"] = problems;
  if (json) {
    fmt::print("{}\n", document.dump());
    return problems.empty() ? 0 : 1;
  }
  for (const auto& [key, value] : document.items()) {
    if (key == "problems") continue;
    fmt::print("{:<9} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  for (const std::string& problem : problems) fmt::print("problem   {}\n", problem);
  if (problems.empty()) fmt::print("all is well\n");
  return problems.empty() ? 0 : 1;
}

}  // namespace mhc
