// A folder of a test's own, the smallest models that still have every part, and comparison by bits.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/formats/checksum.h"
#include "core/train/trainer.h"

namespace mhc {

// The value of a Result, or the end of the test with its message.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}
inline void Must(Status status) {
  if (!status) throw std::runtime_error(status.error().message);
}

// Makes state.json say that the files beside it are those that were saved.
inline void NoteChecksums(const std::filesystem::path& checkpoint) {
  const auto bytes = [&](const std::string& name) {
    std::ifstream file(checkpoint / name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  auto state = nlohmann::json::parse(bytes("state.json"));
  for (auto& [name, checksum] : state.at("checksums").items()) checksum = ChecksumOf(bytes(name));
  state.erase("checksum");
  state["checksum"] = ChecksumOf(state.dump());
  std::ofstream(checkpoint / "state.json") << state.dump();
}

class TrainTest : public testing::Test {
 protected:
  TrainTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mhc-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~TrainTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path Write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  static std::string Read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
};

// One block (two sites), 8 channels, context 8, two sequences a step; `more` is laid over it.
inline Configuration TinyConfiguration(const std::vector<Setting>& more = {}) {
  std::vector<Setting> settings = {
      {"model.blocks", "1"},           {"model.channels", "8"},      {"model.heads", "2"},
      {"model.context", "8"},          {"train.batch", "2"},         {"train.steps", "20"},
      {"train.warmup_steps", "4"},     {"probe.tokens", "8"},        {"train.evaluate_every", "0"},
      {"train.checkpoint_every", "0"}, {"data.source", "arithmetic"}};
  settings.insert(settings.end(), more.begin(), more.end());
  return Must(LoadConfiguration("tiny", settings));
}

constexpr std::int64_t kVocabulary = 32;

inline Batch RandomBatch(const Configuration& configuration, std::uint64_t seed) {
  torch::manual_seed(seed);
  const std::int64_t context = configuration.model.context;
  const at::Tensor windows = torch::randint(kVocabulary, {configuration.train.batch, context + 1});
  return {windows.narrow(1, 0, context), windows.narrow(1, 1, context)};
}

// φ, α and b away from their start, so that every part of the model is at work.
inline void Perturb(Trainer& trainer, std::uint64_t seed = 7, double scale = 0.3) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(seed);
  for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
    at::Tensor t = parameter.tensor;
    t.add_(torch::randn_like(t) * scale);
  }
}

inline void TrainSteps(Trainer& trainer, const Configuration& configuration, int first, int last) {
  for (int step = first; step <= last; ++step) {
    trainer.Step(RandomBatch(configuration, 100 + step), 1e-2, nullptr);
  }
}

using NamedTensors = std::map<std::string, at::Tensor>;

inline NamedTensors Parameters(Trainer& trainer) {
  NamedTensors copies;
  for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
    copies[parameter.name] = parameter.tensor.detach().clone();
  }
  return copies;
}

inline NamedTensors Moments(Trainer& trainer) {
  NamedTensors copies;
  for (const auto& [name, tensor] : trainer.optimizer().State()) copies[name] = tensor.clone();
  return copies;
}

// The names of the tensors that are not the same bit for bit; a NaN equals itself.
inline std::vector<std::string> Differing(const NamedTensors& a, const NamedTensors& b) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : a) {
    const auto other = b.find(name);
    const bool same =
        other != b.end() && tensor.sizes() == other->second.sizes() &&
        std::memcmp(tensor.contiguous().const_data_ptr(),
                    other->second.contiguous().const_data_ptr(), tensor.nbytes()) == 0;
    if (!same) names.push_back(name);
  }
  for (const auto& [name, tensor] : b) {
    if (!a.contains(name)) names.push_back(name);
  }
  return names;
}

inline at::Tensor ParameterOf(Trainer& trainer, const std::string& name) {
  for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
    if (parameter.name == name) return parameter.tensor;
  }
  throw std::runtime_error("no parameter " + name);
}

}  // namespace mhc
