// A matrix of positive numbers each of which has a power of two of its own, so that none is too
// small or too large to be a number: what Sinkhorn's iteration needs where logits are so far apart
// that an entry can vanish among the doubles in one step and grow to a share of 1 in later ones.
#pragma once

#include "core/manifold/matrix.h"

namespace mhc {

// Thread rule: a value.
class ScaledEntries {
 public:
  // exp of every entry, to the rounding of a double for logits up to 1e15 in magnitude; beyond, to
  // a factor of 2. logits: up to 1e300 in magnitude.
  static ScaledEntries Exponentials(const Matrix& logits);

  void Add(double amount);  // to every entry; amount above 0
  // Divides every row, or column, by its sum plus epsilon (0 or more): each entry to the rounding
  // of a double.
  void NormalizeRows(double epsilon);
  void NormalizeColumns(double epsilon);

  // The entries as doubles: those beyond the range are 0 or infinite.
  Matrix Values() const;

 private:
  ScaledEntries(Eigen::Index rows, Eigen::Index columns)
      : mantissas_(rows, columns), exponents_(rows, columns) {}

  void Set(Eigen::Index i, Eigen::Index j, double mantissa, double exponent);
  // One row or column: `count` entries from `first`, `stride` apart.
  void Normalize(Eigen::Index first, Eigen::Index stride, Eigen::Index count, double epsilon);

  Matrix mantissas_;  // ½ or more, below 1
  Matrix exponents_;  // whole numbers, as doubles: beyond the range of integers they are only large
};

}  // namespace mhc
