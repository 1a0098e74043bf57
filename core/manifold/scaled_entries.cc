#include "core/manifold/scaled_entries.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mhc {
namespace {

// mantissa · 2^exponent; further from the range of a double, nothing changes any more.
double Scaled(double mantissa, double exponent) {
  constexpr double kBeyond = 2200.0;
  return std::ldexp(mantissa, static_cast<int>(std::clamp(exponent, -kBeyond, kBeyond)));
}

}  // namespace

ScaledEntries ScaledEntries::Exponentials(const Matrix& logits) {
  constexpr double kLn2 = std::numbers::ln2;
  constexpr double kLn2Rest = 2.3190468138462996e-17;  // ln 2 − kLn2
  constexpr double kExact = 1e15;                      // multiples of ln 2 are counted exactly
  ScaledEntries entries(logits.rows(), logits.cols());
  for (Eigen::Index i = 0; i < logits.rows(); ++i) {
    for (Eigen::Index j = 0; j < logits.cols(); ++j) {
      const double power = std::nearbyint(logits(i, j) * std::numbers::log2e);
      // A product that is rounded only with the sum keeps the few digits that are left.
      const double rest = std::fma(-power, kLn2Rest, std::fma(-power, kLn2, logits(i, j)));
      entries.Set(i, j, std::abs(power) < kExact ? std::exp(rest) : 1.0, power);
    }
  }
  return entries;
}

void ScaledEntries::Set(Eigen::Index i, Eigen::Index j, double mantissa, double exponent) {
  int power = 0;
  mantissas_(i, j) = std::frexp(mantissa, &power);
  exponents_(i, j) = exponent + power;
}

void ScaledEntries::Add(double amount) {
  int amount_exponent = 0;
  const double amount_mantissa = std::frexp(amount, &amount_exponent);
  for (Eigen::Index i = 0; i < mantissas_.rows(); ++i) {
    for (Eigen::Index j = 0; j < mantissas_.cols(); ++j) {
      const double top = std::max<double>(exponents_(i, j), amount_exponent);
      const double sum = Scaled(mantissas_(i, j), exponents_(i, j) - top) +
                         Scaled(amount_mantissa, amount_exponent - top);
      Set(i, j, sum, top);
    }
  }
}

void ScaledEntries::Normalize(Eigen::Index first, Eigen::Index stride, Eigen::Index count,
                              double epsilon) {
  int epsilon_exponent = 0;
  const double epsilon_mantissa = std::frexp(epsilon, &epsilon_exponent);
  double* const mantissas = mantissas_.data() + first;
  double* const exponents = exponents_.data() + first;
  double top = epsilon > 0.0 ? epsilon_exponent : exponents[0];
  for (Eigen::Index k = 0; k < count; ++k) top = std::max(top, exponents[k * stride]);
  double sum = epsilon > 0.0 ? Scaled(epsilon_mantissa, epsilon_exponent - top) : 0.0;
  for (Eigen::Index k = 0; k < count; ++k) {
    sum += Scaled(mantissas[k * stride], exponents[k * stride] - top);
  }
  for (Eigen::Index k = 0; k < count; ++k) {
    int power = 0;
    mantissas[k * stride] = std::frexp(mantissas[k * stride] / sum, &power);
    exponents[k * stride] += power - top;
  }
}

void ScaledEntries::NormalizeRows(double epsilon) {
  const Eigen::Index rows = mantissas_.rows(), columns = mantissas_.cols();
  for (Eigen::Index i = 0; i < rows; ++i) Normalize(i * columns, 1, columns, epsilon);
}

void ScaledEntries::NormalizeColumns(double epsilon) {
  const Eigen::Index rows = mantissas_.rows(), columns = mantissas_.cols();
  for (Eigen::Index j = 0; j < columns; ++j) Normalize(j, columns, rows, epsilon);
}

Matrix ScaledEntries::Values() const {
  return mantissas_.binaryExpr(exponents_, [](double m, double e) { return Scaled(m, e); });
}

}  // namespace mhc
