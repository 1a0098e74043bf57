// Files of square matrices: `.json` (n×n or L×n×n lists, or objects whose `matrix` is an n×n list,
// as `mhc map --json` writes them), `.csv` and `.tsv` (rows of numbers, blocks parted by empty
// lines, and what number_blocks.h says) and `.npy` ([n, n] or [L, n, n]). Capitals in an ending say
// nothing.
//
// All matrices of a file are finite, of one size, and 1…1,024 rows large. Errors begin with the
// path and name the matrix, row and column as indices, from 0, or the place in a text, from line 1
// and column 1. Thread rule: pure functions.
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
