#include "core/manifold/constraints/block_orthostochastic.h"

#include <cmath>

#include "core/manifold/seeded_normals.h"
#include "core/manifold/skew_cayley.h"

namespace mhc {
namespace {

constexpr double kStartDeviation = 0.2;
constexpr std::uint64_t kStartSeed = 4;

int Block(const ConstraintOptions& options) { return static_cast<int>(options.Integer("s")); }

int Count(int streams, const ConstraintOptions& options) {
  return AngleCount(streams * Block(options));
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions& options) {
  return BlockEnergies(logits, streams, Block(options));
}

std::vector<double> Pullback(std::span<const double> logits, int streams,
                             const ConstraintOptions& options, const Matrix& grad_matrix) {
  return BlockEnergiesPullback(logits, streams, Block(options), grad_matrix);
}

// Signs of √target that make its rows orthogonal, as far as they can be: row by row, the pattern
// with the smallest products with the rows before it.
Matrix SignedRoots(const Matrix& target) {
  constexpr Eigen::Index kLargest = 10;
  Matrix roots = target.cwiseMax(0.0).cwiseSqrt();
  const Eigen::Index n = roots.rows();
  if (n > kLargest) return roots;
  for (Eigen::Index i = 1; i < n; ++i) {
    const Vector magnitudes = roots.row(i).transpose();
    double smallest = 0.0;
    // The sign of a whole row is free: its first entry keeps +.
    for (int pattern = 0; pattern < 1 << (n - 1); ++pattern) {
      Vector row = magnitudes;
      for (Eigen::Index j = 1; j < n; ++j) {
        if (pattern >> (j - 1) & 1) row(j) *= -1.0;
      }
      const double products = (roots.topRows(i) * row).squaredNorm();
      if (pattern > 0 && products >= smallest) continue;
      smallest = products;
      roots.row(i) = row.transpose();
    }
  }
  return roots;
}

}  // namespace

Matrix BlockEnergies(std::span<const double> logits, int streams, int block) {
  // The energy of all there is: 1, and to the last bit.
  if (streams == 1) return Matrix::Ones(1, 1);
  const CayleyRotation rotation(logits, streams * block);
  Matrix matrix(streams, streams);
  for (int i = 0; i < streams; ++i) {
    for (int j = 0; j < streams; ++j) {
      matrix(i, j) =
          rotation.matrix().block(i * block, j * block, block, block).squaredNorm() / block;
    }
  }
  return matrix;
}

std::vector<double> BlockEnergiesPullback(std::span<const double> logits, int streams, int block,
                                          const Matrix& grad_matrix) {
  if (streams == 1) return std::vector<double>(logits.size(), 0.0);
  const CayleyRotation rotation(logits, streams * block);
  Matrix grad = 2.0 / block * rotation.matrix();
  for (int i = 0; i < streams; ++i) {
    for (int j = 0; j < streams; ++j) {
      grad.block(i * block, j * block, block, block) *= grad_matrix(i, j);
    }
  }
  return rotation.Pullback(grad);
}

std::vector<double> BlockEnergiesStart(int streams, int block) {
  return SeededNormals(kStartSeed, AngleCount(streams * block), kStartDeviation);
}

std::vector<double> BlockEnergiesFitStart(const Matrix& target, int block) {
  const int streams = static_cast<int>(target.rows());
  const Matrix roots = SignedRoots(target);
  // The signs of Q's rows do not change the energies.
  std::vector<double> angles = AnglesNear(SignsForCayley(roots).asDiagonal() * roots);
  if (block == 1) return angles;
  // A ⊗ I_s, off the symmetric point by a little of the start's noise.
  const int size = streams * block;
  std::vector<double> logits = BlockEnergiesStart(streams, block);
  std::size_t k = 0;
  for (int i = 0; i < size; ++i) {
    for (int j = i + 1; j < size; ++j, ++k) {
      const int row = i / block, column = j / block;
      if (row == column || i % block != j % block) continue;
      // Row-major before (row, column): `row` rows of streams−1, streams−2, … angles.
      const int before = row * streams - row * (row + 1) / 2 + column - row - 1;
      logits[k] += angles[before];
    }
  }
  return logits;
}

MixingConstraint BlockOrthostochasticConstraint() {
  return {.name = "block_orthostochastic",
          .code = "C8",
          .text =
              "The block energies of a Cayley rotation of n·s dimensions, as in go-mHC: exactly "
              "doubly stochastic.",
          .options = {{.key = "s",
                       .fallback = std::int64_t{2},
                       .minimum = 1,
                       .maximum = 8,
                       .text = "Rows and columns of a block; 1 is orthostochastic."}},
          .guarantees = [](const ConstraintOptions&) { return DoublyStochastic(); },
          .allows = [](int) { return true; },
          .allowed_streams = "any n",
          .logit_count = Count,
          .map = Map,
          .pullback = Pullback,
          .start =
              [](int streams, const ConstraintOptions& options) {
                return BlockEnergiesStart(streams, Block(options));
              },
          .fit_start =
              [](const Matrix& target, const ConstraintOptions& options) {
                return BlockEnergiesFitStart(target, Block(options));
              },
          .fit_spread = 0.0,
          .fit_limits =
              [](int streams, const ConstraintOptions& options) {
                return std::vector<double>(Count(streams, options), kLargestFitAngle);
              }};
}

}  // namespace mhc
