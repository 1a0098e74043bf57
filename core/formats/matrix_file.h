// Files of square matrices: `.json` (n×n or L×n×n lists), `.csv` (rows of numbers, blocks parted by
// empty lines) and `.npy` ([n, n] or [L, n, n]).
//
// All matrices of a file are finite, of one size, and 1…1,024 rows large. Errors begin with the
// path and name the matrix, row and column (from 1) or the line. Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace mhc {

struct MatrixStack {
  std::size_t count = 0;       // L, at least 1
  std::size_t size = 0;        // n
  std::vector<double> values;  // [L, n, n], in the order of the file
};

// By the ending of the path.
Result<MatrixStack> ReadMatrices(const std::filesystem::path& path);

Result<MatrixStack> ParseJsonMatrices(std::string_view text, const std::string& origin);
Result<MatrixStack> ParseCsvMatrices(std::string_view text, const std::string& origin);
Result<MatrixStack> ParseNpyMatrices(std::span<const std::byte> bytes, const std::string& origin);

}  // namespace mhc
