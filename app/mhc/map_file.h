// The file of `mhc map`: one JSON object or a list of them, each a constraint, its options, n, the
// logits, and, where gradients are wanted, a cotangent of the matrix.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifold/mixing_constraint.h"
#include "core/result.h"

namespace mhc {

struct MapEntry {
  ConstraintChoice choice;
  int streams = 0;
  std::vector<double> logits;  // LogitCount of them, finite
  Matrix cotangent;            // n×n and finite, or 0×0 where none was given
};

// Checked, in the order of the file. Errors begin with the path and the entry ("[2]", from 0) and
// name the key. Thread rule: pure functions.
Result<std::vector<MapEntry>> ReadMapFile(const std::filesystem::path& path);
Result<std::vector<MapEntry>> ParseMapFile(std::string_view text, const std::string& origin);

}  // namespace mhc
