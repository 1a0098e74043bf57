#include "core/record/run/checkpoint_check.h"

#include <nlohmann/json.hpp>

#include "core/formats/checksum.h"
#include "core/formats/json_text.h"
#include "core/formats/mapped_file.h"
#include "core/formats/safetensors.h"

namespace mhc {
namespace {

std::string Shown(const OpenFolder& folder, const std::string& name) {
  return (folder.path() / name).string();
}

// `checksum` is empty where none was saved.
Status CheckFile(const OpenFolder& checkpoint, const std::string& name,
                 const std::string& checksum) {
  auto file = MappedFile::Open(checkpoint, name);
  if (!file) return tl::unexpected(file.error());
  const std::string path = Shown(checkpoint, name);
  if (!checksum.empty() && ChecksumOf(file->bytes()) != checksum) {
    return Fail("{}: is damaged: its checksum is another than that of what was saved", path);
  }
  const auto tensors = Safetensors::Of(*std::move(file), path);
  if (!tensors) return tl::unexpected(tensors.error());
  return {};
}

}  // namespace

std::string ChecksumOfState(nlohmann::json state) {
  state.erase(kStateChecksum);
  return ChecksumOf(state.dump());
}

Result<nlohmann::json> ReadStateJson(const OpenFolder& checkpoint, std::int64_t step) {
  const std::string path = Shown(checkpoint, kStateFile);
  const auto file = MappedFile::Open(checkpoint, kStateFile);
  if (!file) return tl::unexpected(file.error());
  auto state = ParseJson(file->text(), path);
  if (!state) return state;
  try {
    const auto version = state->at("version").get<int>();
    if (version != kStateVersion) {
      return Fail("{}: found version {}, expected {}", path, version, kStateVersion);
    }
    if (state->contains(kStateChecksum) && state->at(kStateChecksum) != ChecksumOfState(*state)) {
      return Fail("{}: is damaged: its checksum is another than that of what it says", path);
    }
    const auto found = state->at("step").get<std::int64_t>();
    if (found != step) return Fail("{}: step: found {}, expected {}", path, found, step);
    return state;
  } catch (const nlohmann::json::exception&) {
    return Fail("{}: a key is missing or has another type than expected", path);
  }
}

Status CheckCheckpoint(const OpenFolder& checkpoint, std::int64_t step) {
  const auto state = ReadStateJson(checkpoint, step);
  if (!state) return tl::unexpected(state.error());
  const auto checksums = state->value("checksums", nlohmann::json::object());
  for (const char* name : {kModelFile, kOptimizerFile}) {
    const auto found = checksums.is_object() ? checksums.find(name) : checksums.end();
    const bool is_text = found != checksums.end() && found->is_string();
    auto checked = CheckFile(checkpoint, name, is_text ? found->get<std::string>() : std::string());
    if (!checked) return checked;
  }
  return {};
}

}  // namespace mhc
