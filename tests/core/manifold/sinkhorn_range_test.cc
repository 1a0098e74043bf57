// Sinkhorn on logits so far apart that exp of their differences is no double. Long doubles have
// exponents to ±16383, so that Eq. 9 is done in them as it is written: no logarithms, no scaling.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/mixing_constraint.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using Long = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

static_assert(std::numeric_limits<long double>::max_exponent >= 16384);

struct Exact {
  Long matrix;
  Long gradient;  // of Σ matrix∘cotangent by the logits
};

enum class Sums { kRows, kColumns };

void Divide(Long& matrix, Sums sums, long double epsilon) {
  for (Eigen::Index k = 0; k < matrix.rows(); ++k) {
    if (sums == Sums::kRows) {
      matrix.row(k) /= matrix.row(k).sum() + epsilon;
    } else {
      matrix.col(k) /= matrix.col(k).sum() + epsilon;
    }
  }
}

// The cotangent of x for that of y = x / (Σx + ε).
void DivideBack(const Long& x, const Long& y, Sums sums, long double epsilon, Long& grad) {
  for (Eigen::Index k = 0; k < x.rows(); ++k) {
    if (sums == Sums::kRows) {
      const long double mean = grad.row(k).cwiseProduct(y.row(k)).sum();
      grad.row(k) = ((grad.row(k).array() - mean) / (x.row(k).sum() + epsilon)).matrix();
    } else {
      const long double mean = grad.col(k).cwiseProduct(y.col(k)).sum();
      grad.col(k) = ((grad.col(k).array() - mean) / (x.col(k).sum() + epsilon)).matrix();
    }
  }
}

struct Case {
  std::vector<double> logits;
  int n;
  int iterations;
  bool columns_first = true;
  double epsilon = 0.0;

  std::string Options() const {
    return fmt::format("iterations={},order={},epsilon={}", iterations,
                       columns_first ? "columns_rows" : "rows_columns", epsilon);
  }
  std::string Name() const {
    const auto [low, high] = std::minmax_element(logits.begin(), logits.end());
    return fmt::format("n={} spread={} {}", n, *high - *low, Options());
  }
};

Exact InLongDoubles(const Case& the, const Matrix& cotangent) {
  const Sums first = the.columns_first ? Sums::kColumns : Sums::kRows;
  const Sums second = the.columns_first ? Sums::kRows : Sums::kColumns;
  const long double largest = *std::max_element(the.logits.begin(), the.logits.end());
  Long start(the.n, the.n);
  for (int k = 0; k < the.n * the.n; ++k) start.data()[k] = std::exp(the.logits[k] - largest);
  struct Step {
    Long x, y;
    Sums sums;
    long double epsilon;
  };
  std::vector<Step> steps;
  Long matrix = start;
  Long softmax;
  for (int t = 0; t < 2 * the.iterations; ++t) {
    const Sums sums = t % 2 == 0 ? first : second;
    const Long before = matrix;
    // The kernels' form begins with a softmax, and adds epsilon to its entries.
    const long double epsilon = t == 0 ? 0.0L : static_cast<long double>(the.epsilon);
    Divide(matrix, sums, epsilon);
    steps.push_back({before, matrix, sums, epsilon});
    if (t == 0) matrix.array() += the.epsilon;
  }
  Exact exact{matrix, cotangent.cast<long double>()};
  for (std::size_t t = steps.size(); t-- > 0;) {
    DivideBack(steps[t].x, steps[t].y, steps[t].sums, steps[t].epsilon, exact.gradient);
  }
  exact.gradient.array() *= start.array();
  return exact;
}

// A matrix of which every entry is known to 1e-12 of itself, where it is an ordinary double.
void ExpectEntries(const Matrix& found, const Long& expected, const std::string& what) {
  for (Eigen::Index k = 0; k < found.size(); ++k) {
    const long double exact = expected.data()[k];
    if (exact < std::numeric_limits<double>::min()) {
      EXPECT_LE(found.data()[k], std::numeric_limits<double>::min()) << what << " entry " << k;
    } else {
      EXPECT_NEAR(static_cast<double>(found.data()[k] / exact), 1.0, 1e-12)
          << what << " entry " << k;
    }
  }
}

void ExpectExact(const Case& the, const std::string& constraint = "sinkhorn") {
  RandomMatrices random(71);
  const Matrix cotangent = random.NormalMatrix(the.n, the.n);
  const Exact exact = InLongDoubles(the, cotangent);
  const ConstraintChoice choice = ParseConstraint(constraint + ":" + the.Options()).value();
  ExpectEntries(MapLogits(choice, the.n, the.logits), exact.matrix, the.Name());
  const std::vector<double> gradient = PullbackLogits(choice, the.n, the.logits, cotangent);
  // A gradient is a difference of numbers of the size of the cotangent's shares.
  for (int k = 0; k < the.n * the.n; ++k) {
    EXPECT_NEAR(gradient[k], static_cast<double>(exact.gradient.data()[k]), 1e-12)
        << the.Name() << " logit " << k;
  }
}

// Logits between 0 and −spread, both of which are among them.
std::vector<double> SpreadOver(double spread, int n, unsigned seed) {
  RandomMatrices random(seed);
  std::vector<double> logits = random.Normals(n * n);
  const auto [low, high] = std::minmax_element(logits.begin(), logits.end());
  const double lowest = *low, range = *high - *low;
  for (double& logit : logits) logit = ((logit - lowest) / range - 1.0) * spread;
  return logits;
}

// Rows 0 and 1 have only column 0 at first: what they have of the others doubles every iteration,
// from far below the doubles, until it is all that is left for one of them.
std::vector<double> ThatGrow(double spread) {
  return {0, -spread, -spread, 0, -0.9 * spread, -spread, -spread, 0, 0};
}

constexpr double kSpreads[] = {120, 351, 700, 709, 745, 800, 1500, 3000};

TEST(SinkhornRange, IsRealArithmeticAtEverySpread) {
  for (const double spread : kSpreads) {
    for (const int iterations : {1, 20, 300, 1000}) {
      for (const int n : {2, 3, 4}) {
        ExpectExact({SpreadOver(spread, n, 5), n, iterations});
        ExpectExact({SpreadOver(spread, n, 6), n, iterations, /*columns_first=*/false});
      }
      ExpectExact({SpreadOver(spread, 8, 7), 8, iterations});
    }
  }
}

TEST(SinkhornRange, FollowsEntriesThatGrowFromBelowTheDoubles) {
  for (const double spread : kSpreads) {
    for (const int iterations : {20, 300, 1000, 3000}) {
      for (const bool columns_first : {true, false}) {
        ExpectExact({ThatGrow(spread), 3, iterations, columns_first});
      }
    }
  }
}

TEST(SinkhornRange, WithEpsilonIsThatOfTheKernelsAtEverySpread) {
  for (const double spread : kSpreads) {
    for (const double epsilon : {1e-6, 1e-30, 1e-300, 1e-320}) {
      for (const bool columns_first : {true, false}) {
        ExpectExact({ThatGrow(spread), 3, 300, columns_first, epsilon});
        ExpectExact({SpreadOver(spread, 4, 8), 4, 20, columns_first, epsilon});
      }
    }
  }
}

// (1 − σ(a)) I + σ(a) S with a gate that is all S.
TEST(SinkhornRange, HoldsForIdentityMix) {
  for (const double spread : kSpreads) {
    Case the{ThatGrow(spread), 3, 1000};
    const Exact exact = InLongDoubles(the, Matrix::Zero(3, 3));
    std::vector<double> logits = {800.0};
    logits.insert(logits.end(), the.logits.begin(), the.logits.end());
    const ConstraintChoice mix = ParseConstraint("identity_mix:" + the.Options()).value();
    ExpectEntries(MapLogits(mix, 3, logits), exact.matrix, the.Name());
    for (const double gradient : PullbackLogits(mix, 3, logits, Matrix::Ones(3, 3))) {
      EXPECT_TRUE(std::isfinite(gradient)) << the.Name();
    }
  }
}

TEST(SinkhornRange, HasNoSeamWhereTheArithmeticChanges) {
  for (const double spread : {349.999, 350.0, 350.001}) {
    for (const int n : {3, 16, 64}) {
      for (const int iterations : {20, 300}) ExpectExact({SpreadOver(spread, n, 9), n, iterations});
    }
  }
}

TEST(SinkhornRange, IsFiniteAndNormalisedAtTheEdgeOfTheDoubles) {
  RandomMatrices random(10);
  for (const double scale : {1e5, 1e14, 1e17, 1e300, 1e308}) {
    for (int draw = 0; draw < 20; ++draw) {
      std::vector<double> logits = random.Normals(16);
      for (double& logit : logits) logit = std::clamp(logit, -1.0, 1.0) * scale;
      const ConstraintChoice choice = ParseConstraint("sinkhorn:iterations=300").value();
      const Matrix matrix = MapLogits(choice, 4, logits);
      EXPECT_TRUE(matrix.allFinite()) << scale;
      EXPECT_LE((matrix.rowwise().sum().array() - 1.0).abs().maxCoeff(), 1e-15) << scale;
      for (const double gradient : PullbackLogits(choice, 4, logits, random.NormalMatrix(4, 4))) {
        EXPECT_TRUE(std::isfinite(gradient)) << scale;
      }
    }
  }
}

}  // namespace
}  // namespace mhc
