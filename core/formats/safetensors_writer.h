// Writing of safetensors files: the same tensors and metadata give the same bytes.
//
// The header is padded with spaces to a multiple of 8, the data follow each other without holes,
// larger elements first and by name within a size, so that each tensor is aligned to its elements.
// Thread rule: pure functions but for the file that they write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/formats/element_type.h"
#include "core/formats/output_file.h"
#include "core/result.h"

namespace mhc {

// Borrows the elements: little-endian, row-major, shape × type bytes of them.
struct SafetensorsTensor {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

using SafetensorsMetadata = std::map<std::string, std::string>;

// Fails where a name comes twice, is "__metadata__" or is not UTF-8, where bytes are not those of
// shape and type, or where the file cannot be written.
Status WriteSafetensors(const std::filesystem::path& path,
                        std::span<const SafetensorsTensor> tensors,
                        const SafetensorsMetadata& metadata = {});

// The same into a file that is already open.
Status AppendSafetensors(OutputFile& file, std::span<const SafetensorsTensor> tensors,
                         const SafetensorsMetadata& metadata = {});

}  // namespace mhc
