// Whether a checkpoint is as it was saved, as far as can be told without its tensors' meaning.
//
// Thread rule: pure but for the reading.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

#include "core/formats/open_folder.h"
#include "core/result.h"

namespace mhc {

inline constexpr const char* kStateFile = "state.json";
inline constexpr const char* kModelFile = "model.safetensors";
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kStateChecksum = "checksum";  // its key in state.json
inline constexpr int kStateVersion = 1;

// Of all keys of state.json but its own, in the order of their names.
std::string ChecksumOfState(nlohmann::json state);

// state.json, which must be of this version and of `step`, with its own checksum where it has one.
Result<nlohmann::json> ReadStateJson(const OpenFolder& checkpoint, std::int64_t step);

// That, the checksums of the files that it names, and that both files of tensors are there and
// whole. The error is what is wrong first.
Status CheckCheckpoint(const OpenFolder& checkpoint, std::int64_t step);

}  // namespace mhc
