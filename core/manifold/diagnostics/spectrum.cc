#include "core/manifold/diagnostics/spectrum.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

namespace mhc {
namespace {

constexpr double kUndefinedValue = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr Eigen::Index kUsualSize = 4;

// What rounding leaves of a zero in a matrix of n rows and norm 1.
double RoundingOf(Eigen::Index n) {
  return static_cast<double>(n) * std::numeric_limits<double>::epsilon();
}

// Inside runs of equal moduli, by real and then imaginary part.
void OrderTies(std::vector<std::complex<double>>& values) {
  constexpr double kTie = 1e-12;
  const double tolerance = values.empty() ? 0.0 : kTie * std::abs(values.front());
  const auto before = [](const std::complex<double>& a, const std::complex<double>& b) {
    return a.real() != b.real() ? a.real() > b.real() : a.imag() > b.imag();
  };
  auto first = values.begin();
  while (first != values.end()) {
    auto last = first + 1;
    while (last != values.end() && std::abs(*(last - 1)) - std::abs(*last) <= tolerance) ++last;
    std::sort(first, last, before);
    first = last;
  }
}

}  // namespace

Vector SingularValues(const Matrix& matrix) {
  if (!matrix.allFinite()) return Vector::Constant(matrix.rows(), kUndefinedValue);
  // Of a size that is known here nothing is allocated on the way.
  if (matrix.rows() == kUsualSize && matrix.cols() == kUsualSize) {
    return Eigen::JacobiSVD<Eigen::Matrix4d>(matrix).singularValues();
  }
  return Eigen::JacobiSVD<Eigen::MatrixXd>(matrix).singularValues();
}

double SpectralNorm(const Matrix& matrix) { return SingularValues(matrix)(0); }

double ConditionNumber(const Matrix& matrix) {
  const Vector values = SingularValues(matrix);
  const double smallest = values(values.size() - 1);
  if (std::isnan(smallest)) return kUndefinedValue;
  const bool singular = smallest <= RoundingOf(matrix.rows()) * values(0);
  return singular ? kInfinity : values(0) / smallest;
}

std::vector<std::complex<double>> Eigenvalues(const Matrix& matrix) {
  std::vector<std::complex<double>> values(matrix.rows(), {kUndefinedValue, kUndefinedValue});
  if (!matrix.allFinite()) return values;
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix, /*computeEigenvectors=*/false);
  if (solver.info() != Eigen::Success) return values;
  values.assign(solver.eigenvalues().begin(), solver.eigenvalues().end());
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return std::abs(a) > std::abs(b); });
  OrderTies(values);
  return values;
}

double SecondEigenvalue(const std::vector<std::complex<double>>& eigenvalues) {
  return eigenvalues.size() < 2 ? 0.0 : std::abs(eigenvalues[1]);
}

double SpectralGap(double second_eigenvalue) { return 1.0 - second_eigenvalue; }

double MixingTime(double second_eigenvalue) {
  constexpr double kRemaining = 0.01;
  const double rounding = RoundingOf(kUsualSize);
  if (second_eigenvalue >= 1.0 - rounding) return kInfinity;
  return second_eigenvalue <= rounding ? 0.0 : std::log(kRemaining) / std::log(second_eigenvalue);
}

double DifferenceGain(const Matrix& matrix) {
  // (I−J)P(I−J) takes the mean from every column and then from every row.
  const Matrix centred = matrix.rowwise() - matrix.colwise().mean();
  return SpectralNorm(centred.colwise() - centred.rowwise().mean());
}

}  // namespace mhc
