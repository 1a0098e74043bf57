// NumPy's .npy files (numpy.lib.format), versions 1, 2 and 3.
//
// Read are booleans, integers and floats (f2, f4, f8), little- or big-endian, in C or Fortran
// order; anything else (complex, records, bfloat16, Python objects) is refused by its name. Errors
// begin with the path. Thread rule: pure functions but for the file that they read or write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/formats/element_type.h"
#include "core/formats/output_file.h"
#include "core/result.h"

namespace mhc {

struct NpyArray {
  ElementType type = ElementType::kF64;  // as stored
  std::vector<std::int64_t> shape;       // empty for a single number; at most 32 lengths
  std::vector<double> values;            // row-major, whatever the order in the file
};

Result<NpyArray> ReadNpy(const std::filesystem::path& path);
// The same from memory. `origin` stands for the path in errors.
Result<NpyArray> ParseNpy(std::span<const std::byte> bytes, const std::string& origin);

// Version 1.0, C order, as kF64 or kF32. values: row-major, as many as the shape says (asserted).
Status WriteNpy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
                std::span<const double> values, ElementType type = ElementType::kF64);
// The same into a file that is already open.
Status AppendNpy(OutputFile& file, const std::vector<std::int64_t>& shape,
                 std::span<const double> values, ElementType type = ElementType::kF64);

}  // namespace mhc
