#include "core/manifold/diagnostics/distances.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace mhc {
namespace {

// The Hungarian method with potentials on costs −H(i, j). Rows are assigned one after the other,
// each along a shortest augmenting path. Index n of the columns stands for "the row being placed".
class Assignment {
 public:
  explicit Assignment(const Matrix& gains)
      : gains_(gains),
        size_(static_cast<int>(gains.rows())),
        row_potential_(size_, 0.0),
        column_potential_(size_ + 1, 0.0),
        row_of_column_(size_ + 1, -1) {
    for (int row = 0; row < size_; ++row) Place(row);
  }

  std::vector<int> ColumnOfRow() const {
    std::vector<int> columns(size_);
    for (int column = 0; column < size_; ++column) columns[row_of_column_[column]] = column;
    return columns;
  }

 private:
  void Place(int row) {
    std::vector<double> slack(size_, std::numeric_limits<double>::infinity());
    std::vector<int> previous(size_, size_);
    std::vector<bool> visited(size_ + 1, false);
    int column = size_;
    row_of_column_[size_] = row;
    while (row_of_column_[column] >= 0) {
      visited[column] = true;
      column = Advance(column, visited, slack, previous);
    }
    while (column != size_) {
      row_of_column_[column] = row_of_column_[previous[column]];
      column = previous[column];
    }
    row_of_column_[size_] = -1;
  }

  // Moves the potentials until one more column is reached from the visited ones; returns it.
  int Advance(int from, const std::vector<bool>& visited, std::vector<double>& slack,
              std::vector<int>& previous) {
    const int row = row_of_column_[from];
    int nearest = -1;
    for (int column = 0; column < size_; ++column) {
      if (visited[column]) continue;
      const double reduced = -gains_(row, column) - row_potential_[row] - column_potential_[column];
      if (reduced < slack[column]) {
        slack[column] = reduced;
        previous[column] = from;
      }
      if (nearest < 0 || slack[column] < slack[nearest]) nearest = column;
    }
    const double shift = slack[nearest];
    for (int column = 0; column <= size_; ++column) {
      if (visited[column]) {
        row_potential_[row_of_column_[column]] += shift;
        column_potential_[column] -= shift;
      } else {
        slack[column] -= shift;
      }
    }
    return nearest;
  }

  const Matrix& gains_;
  const int size_;
  std::vector<double> row_potential_;
  std::vector<double> column_potential_;
  std::vector<int> row_of_column_;
};

}  // namespace

double DistanceToIdentity(const Matrix& matrix) {
  return (matrix - Matrix::Identity(matrix.rows(), matrix.cols())).norm();
}

double DistanceToUniform(const Matrix& matrix) {
  return (matrix.array() - 1.0 / static_cast<double>(matrix.rows())).matrix().norm();
}

std::vector<int> NearestPermutation(const Matrix& matrix) {
  assert(matrix.rows() == matrix.cols() && matrix.allFinite());
  return Assignment(matrix).ColumnOfRow();
}

double DistanceToPermutation(const Matrix& matrix) {
  if (!matrix.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  // The difference itself: its closed form √(‖H‖² + n − 2ΣH) would lose half the digits near zero.
  Matrix difference = matrix;
  const std::vector<int> columns = NearestPermutation(matrix);
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) difference(i, columns[i]) -= 1.0;
  return difference.norm();
}

}  // namespace mhc
