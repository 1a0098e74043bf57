// Small matrices of every token at every place, as the probe read them back.
#pragma once

#include <cstdint>
#include <span>

#include "core/manifold/matrix.h"

namespace mhc {

// One matrix a place (site, or state between sites) and token: [places, tokens, rows, columns]
// row-major, oldest place first. Borrows the numbers.
struct TokenArrays {
  std::int64_t places = 0, tokens = 0, rows = 1, columns = 1;
  std::span<const double> values;

  Eigen::Map<const Matrix> At(std::int64_t place, std::int64_t token) const {
    return {values.data() + (place * tokens + token) * rows * columns, rows, columns};
  }
};

}  // namespace mhc
