// The JSON files of tests/golden.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/manifold/matrix.h"

namespace mhc {

inline nlohmann::json GoldenJson(const std::string& name) {
  return nlohmann::json::parse(
      std::ifstream(std::string(MHC_SOURCE_DIR) + "/tests/golden/" + name));
}

inline Matrix AsMatrix(const nlohmann::json& rows) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  Matrix matrix(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) matrix(i, j) = rows[i][j].get<double>();
  }
  return matrix;
}

// Numbers, or rows of numbers one after the other.
inline std::vector<double> AsNumbers(const nlohmann::json& list) {
  std::vector<double> numbers;
  for (const nlohmann::json& entry : list) {
    if (entry.is_array()) {
      const std::vector<double> row = AsNumbers(entry);
      numbers.insert(numbers.end(), row.begin(), row.end());
    } else {
      numbers.push_back(entry.get<double>());
    }
  }
  return numbers;
}

inline double LargestDifference(const Matrix& a, const Matrix& b) {
  return (a - b).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
}

}  // namespace mhc
