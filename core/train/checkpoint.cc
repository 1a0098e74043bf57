#include "core/train/checkpoint.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/formats/checksum.h"
#include "core/formats/json_text.h"
#include "core/formats/output_file.h"
#include "core/formats/safetensors.h"
#include "core/formats/safetensors_writer.h"
#include "core/formats/small_file.h"
#include "core/record/intervention/intervention.h"
#include "core/record/run/checkpoint_check.h"

namespace mhc {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

std::string ShownPath(const OpenFolder& folder, const std::string& name) {
  return (folder.path() / name).string();
}

// Float32 and int64 alone: parameters, moments, and step counts. Returns the file's checksum.
Result<std::string> WriteTensors(const OpenFolder& folder, const std::string& name,
                                 const Tensors& tensors) {
  std::vector<at::Tensor> kept;  // contiguous, on the host, alive until written
  std::vector<SafetensorsTensor> written;
  for (const auto& [key, tensor] : tensors) {
    kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const at::Tensor& t = kept.back();
    const bool integer = t.scalar_type() == torch::kInt64;
    TORCH_INTERNAL_ASSERT(integer || t.scalar_type() == torch::kFloat32);
    const auto* bytes = static_cast<const std::byte*>(t.const_data_ptr());
    written.push_back({key,
                       integer ? ElementType::kI64 : ElementType::kF32,
                       t.sizes().vec(),
                       {bytes, t.nbytes()}});
  }
  auto file = OutputFile::Create(folder, name);
  if (!file) return tl::unexpected(file.error());
  Status done = AppendSafetensors(*file, written, {{"format", "pt"}});
  if (done) done = file->Sync();
  if (done) done = file->Close();
  if (!done) return tl::unexpected(done.error());
  return file->ChecksumText();
}

// `checksum` is empty where none was saved.
Result<Tensors> ReadTensors(const OpenFolder& folder, const std::string& name,
                            const std::string& checksum) {
  auto mapped = MappedFile::Open(folder, name);
  if (!mapped) return tl::unexpected(mapped.error());
  const std::string path = ShownPath(folder, name);
  if (const std::string found = checksum.empty() ? "" : ChecksumOf(mapped->bytes());
      found != checksum) {
    return Fail("{}: is damaged: found bytes with the checksum {}, expected {}", path, found,
                checksum);
  }
  auto file = Safetensors::Of(*std::move(mapped), path);
  if (!file) return tl::unexpected(file.error());
  Tensors tensors;
  for (const SafetensorsEntry& info : file->tensors()) {
    const bool integer = info.type == ElementType::kI64;
    if (!integer && info.type != ElementType::kF32) {
      return Fail("{}: {} is neither F32 nor I64", path, info.name);
    }
    const auto bytes = file->Bytes(info);
    at::Tensor t = torch::empty(info.shape, integer ? torch::kInt64 : torch::kFloat32);
    if (!bytes.empty()) std::memcpy(t.mutable_data_ptr(), bytes.data(), bytes.size());
    tensors.emplace(info.name, std::move(t));
  }
  return tensors;
}

nlohmann::ordered_json ToJson(const TrainingState& state) {
  nlohmann::ordered_json json;
  json["version"] = kStateVersion;
  json["step"] = state.step;
  json["learning_rate"] = state.learning_rate;
  json["on_nonfinite"] = state.on_nonfinite;
  json["seconds"] = state.seconds;
  json["last_intervention"] = state.last_intervention;
  json["data_hash"] = state.data_hash;
  json["sites"] = nlohmann::ordered_json::array();
  for (const SiteState& site : state.sites) {
    nlohmann::ordered_json entry;
    entry["constraint"] = site.constraint;
    if (!std::isnan(site.mean_gain)) entry["mean_gain"] = site.mean_gain;
    if (!site.outgoing.empty()) {
      entry["outgoing"] = site.outgoing;
      entry["blend_start"] = site.blend.start;
      entry["blend_steps"] = site.blend.steps;
    }
    json["sites"].push_back(std::move(entry));
  }
  json["checksums"] = state.checksums;
  return json;
}

TrainingState FromJson(const nlohmann::json& json) {
  TrainingState state;
  state.step = json.at("step").get<std::int64_t>();
  state.learning_rate = json.at("learning_rate").get<double>();
  state.on_nonfinite = json.at("on_nonfinite").get<std::string>();
  state.seconds = json.at("seconds").get<double>();
  state.last_intervention = json.at("last_intervention").get<std::int64_t>();
  state.data_hash = json.at("data_hash").get<std::string>();
  for (const auto& entry : json.at("sites")) {
    SiteState site;
    site.constraint = entry.at("constraint").get<std::string>();
    if (entry.contains("mean_gain")) site.mean_gain = entry.at("mean_gain").get<double>();
    if (entry.contains("outgoing")) {
      site.outgoing = entry.at("outgoing").get<std::string>();
      site.blend = {entry.at("blend_start").get<std::int64_t>(),
                    entry.at("blend_steps").get<std::int64_t>()};
    }
    state.sites.push_back(std::move(site));
  }
  if (json.contains("checksums")) {
    state.checksums = json.at("checksums").get<std::map<std::string, std::string>>();
  }
  return state;
}

// What a hand or a disk may have changed.
Status CheckState(const TrainingState& state, std::int64_t step) {
  for (const auto& [kind, value] : {std::pair("learning_rate", Value(state.learning_rate)),
                                    std::pair("on_nonfinite", Value(state.on_nonfinite))}) {
    const auto checked = Check(FindInterventionKind(kind)->value, value);
    if (!checked) return tl::unexpected(checked.error());
  }
  for (const SiteState& site : state.sites) {
    if (site.mean_gain <= 0.0 || std::isinf(site.mean_gain)) {
      return Fail("sites: found a mean_gain of {}, expected a number above 0", site.mean_gain);
    }
    if (!site.outgoing.empty() && (site.blend.steps < 1 || site.blend.start > step)) {
      return Fail("sites: found a blend over {} steps from step {}, expected one in progress",
                  site.blend.steps, site.blend.start);
    }
  }
  return {};
}

Status WriteState(const OpenFolder& folder, const TrainingState& state) {
  nlohmann::ordered_json json = ToJson(state);
  json[kStateChecksum] = ChecksumOfState(nlohmann::json::parse(json.dump()));
  return WriteNewFile(folder, kStateFile, json.dump(1) + "\n", /*sync=*/true);
}

Status WriteAll(const OpenFolder& folder, TrainingState state, Trainer& trainer) {
  Tensors parameters;
  for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
    parameters[parameter.name] = parameter.tensor;
  }
  for (const auto& [name, tensors] : {std::pair(kModelFile, std::move(parameters)),
                                      std::pair(kOptimizerFile, trainer.optimizer().State())}) {
    const auto checksum = WriteTensors(folder, name, tensors);
    if (!checksum) return tl::unexpected(checksum.error());
    state.checksums[name] = *checksum;
  }
  if (auto s = WriteState(folder, state); !s) return s;
  return folder.Sync();
}

at::Tensor NoLogits(const ConstraintChoice& choice, const Trainer& trainer, std::int64_t streams) {
  return torch::zeros({LogitCount(choice, static_cast<int>(streams))},
                      at::device(trainer.device()).dtype(torch::kFloat64));
}

Result<ConstraintChoice> ChoiceFor(const std::string& text, std::int64_t streams) {
  auto choice = ParseConstraint(text);
  if (!choice) return choice;
  if (auto allowed = CheckStreams(*choice, static_cast<int>(streams)); !allowed) {
    return tl::unexpected(allowed.error());
  }
  return choice;
}

// The model's sites get the constraints of the state; parameters follow from the tensors.
Status RestoreSites(const std::string& shown, const TrainingState& state, Trainer& trainer) {
  Decoder& model = trainer.model();
  if (state.sites.size() != model->sites.size()) {
    return Fail("{}: {} sites, expected {}", shown, state.sites.size(), model->sites.size());
  }
  for (std::size_t i = 0; i < state.sites.size(); ++i) {
    HyperConnection& site = model->sites[i];
    const SiteState& saved = state.sites[i];
    const std::int64_t streams = site->streams();
    auto choice = ChoiceFor(saved.constraint, streams);
    if (!choice) return FailWithin(shown, choice.error());
    std::optional<Blend> blend;
    site->EndBlend();
    if (!saved.outgoing.empty()) {
      auto outgoing = ChoiceFor(saved.outgoing, streams);
      if (!outgoing) return FailWithin(shown, outgoing.error());
      site->SetConstraint(*outgoing, NoLogits(*outgoing, trainer, streams), std::nullopt);
      blend = saved.blend;
    }
    site->SetConstraint(*choice, NoLogits(*choice, trainer, streams), blend);
    site->mixer->mean_gain = saved.mean_gain;
  }
  trainer.optimizer().Rebuild();
  return {};
}

Status RestoreParameters(const std::string& path, const Tensors& tensors, Trainer& trainer) {
  torch::NoGradGuard no_grad;
  const auto& parameters = trainer.optimizer().parameters();
  if (tensors.size() != parameters.size()) {
    return Fail("{}: {} tensors, expected the model's {}", path, tensors.size(), parameters.size());
  }
  for (const NamedParameter& parameter : parameters) {
    const auto found = tensors.find(parameter.name);
    if (found == tensors.end()) return Fail("{}: {} is missing", path, parameter.name);
    if (found->second.sizes() != parameter.tensor.sizes()) {
      return Fail("{}: {} has {} numbers, expected {}", path, parameter.name, found->second.numel(),
                  parameter.tensor.numel());
    }
    if (!found->second.isfinite().all().item<bool>()) {
      return Fail("{}: {} holds a number that is not finite", path, parameter.name);
    }
    at::Tensor target = parameter.tensor;
    target.copy_(found->second);
  }
  return {};
}

}  // namespace

std::vector<SiteState> SiteStates(const Decoder& model) {
  std::vector<SiteState> states;
  for (const HyperConnection& site : model->sites) {
    SiteState state;
    state.constraint = ToText(site->constraint());
    state.mean_gain = site->mixer->mean_gain;
    if (site->blend()) {
      state.outgoing = ToText(site->outgoing->choice);
      state.blend = *site->blend();
    }
    states.push_back(std::move(state));
  }
  return states;
}

Status SaveCheckpoint(const OpenFolder& checkpoints, const std::string& name,
                      const TrainingState& state, Trainer& trainer) {
  const std::string partial = name + ".partial";
  if (auto removed = checkpoints.RemoveFolder(partial); !removed) return removed;
  if (auto made = checkpoints.MakeFolder(partial); !made) return made;
  const auto folder = checkpoints.Inside(partial);
  Status status = folder ? WriteAll(*folder, state, trainer) : tl::unexpected(folder.error());
  if (status) status = checkpoints.Rename(partial, name);
  if (status) return checkpoints.Sync();
  (void)checkpoints.RemoveFolder(partial);
  return status;
}

Result<TrainingState> ReadTrainingState(const OpenFolder& checkpoint, std::int64_t step) {
  const auto json = ReadStateJson(checkpoint, step);
  if (!json) return tl::unexpected(json.error());
  const std::string path = ShownPath(checkpoint, kStateFile);
  try {
    TrainingState state = FromJson(*json);
    if (auto sound = CheckState(state, step); !sound) return FailWithin(path, sound.error());
    return state;
  } catch (const nlohmann::json::exception&) {
    return Fail("{}: a key is missing or has another type than expected", path);
  }
}

Status LoadCheckpoint(const OpenFolder& checkpoint, const TrainingState& state, Trainer& trainer) {
  const auto checksum = [&state](const char* name) {
    const auto found = state.checksums.find(name);
    return found == state.checksums.end() ? std::string() : found->second;
  };
  const auto tensors = ReadTensors(checkpoint, kModelFile, checksum(kModelFile));
  if (!tensors) return tl::unexpected(tensors.error());
  const auto moments = ReadTensors(checkpoint, kOptimizerFile, checksum(kOptimizerFile));
  if (!moments) return tl::unexpected(moments.error());
  if (auto s = RestoreSites(ShownPath(checkpoint, kStateFile), state, trainer); !s) return s;
  if (auto s = RestoreParameters(ShownPath(checkpoint, kModelFile), *tensors, trainer); !s)
    return s;
  auto loaded = trainer.optimizer().Load(*moments);
  if (!loaded) return FailWithin(ShownPath(checkpoint, kOptimizerFile), loaded.error());
  return {};
}

}  // namespace mhc
