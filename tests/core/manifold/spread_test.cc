#include "core/manifold/spread.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/manifold/scaled_matrix.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using ::testing::IsNan;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Quantile, IsLinearBetweenTheValuesBesideItsPlace) {
  const std::vector<double> rising = {1.0, 2.0, 4.0, 8.0};
  EXPECT_EQ(Quantile(rising, 0.0), 1.0);
  EXPECT_EQ(Quantile(rising, 0.5), 3.0);
  EXPECT_NEAR(Quantile(rising, 0.9), 6.8, 1e-14);
  EXPECT_EQ(Quantile(rising, 1.0), 8.0);
  EXPECT_EQ(Quantile({5.0}, 0.37), 5.0);
}

TEST(Quantile, BesideAnInfinityIsThatInfinity) {
  EXPECT_EQ(Quantile({1.0, kInfinity}, 0.0), 1.0);
  EXPECT_EQ(Quantile({1.0, kInfinity}, 0.25), kInfinity);
  EXPECT_EQ(Quantile({-kInfinity, 1.0}, 0.75), -kInfinity);
  EXPECT_EQ(Quantile({kInfinity, kInfinity}, 0.5), kInfinity);
}

TEST(Spread, OfUnsortedValuesIsThatOfTheirOrder) {
  std::vector<double> values;
  for (int i = 0; i < 101; ++i) values.push_back((i * 37) % 101);
  const Spread spread = SpreadOf(values);
  EXPECT_EQ(spread.median, 50.0);
  EXPECT_NEAR(spread.mean, 50.0, 1e-12);
  EXPECT_EQ(spread.p1, 1.0);
  EXPECT_EQ(spread.p10, 10.0);
  EXPECT_EQ(spread.p90, 90.0);
  EXPECT_EQ(spread.p99, 99.0);
  EXPECT_EQ(spread.minimum, 0.0);
  EXPECT_EQ(spread.maximum, 100.0);
}

TEST(Spread, HasAFiniteMeanOfFiniteValuesAndAnInfiniteOneOfInfiniteValues) {
  EXPECT_EQ(SpreadOf({1e308, 1e308, 1e308, 1e308}).mean, 1e308);
  EXPECT_EQ(SpreadOf({1.0, kInfinity}).mean, kInfinity);
  EXPECT_THAT(SpreadOf({1.0, std::nan(""), 2.0}).median, IsNan());
}

TEST(ScaledMatrix, LeavesMatricesOfOrdinarySizeAsTheyAre) {
  RandomMatrices random(81);
  const Matrix a = random.NormalMatrix(4, 4), b = random.NormalMatrix(4, 4);
  ScaledMatrix product(a);
  product.MultiplyLeft(ScaledMatrix(b));
  EXPECT_EQ(product.exponent(), 0);
  EXPECT_EQ(product.mantissa(), Matrix(b * a));
  product.MultiplyRight(ScaledMatrix(b));
  EXPECT_EQ(product.mantissa(), Matrix(Matrix(b * a) * b));
}

TEST(ScaledMatrix, ComesBackExactlyFromBeyondADouble) {
  RandomMatrices random(82);
  const Matrix matrix = random.NormalMatrix(4, 4);
  ScaledMatrix product(matrix);
  for (int k = 0; k < 50; ++k) {
    product.MultiplyLeft(ScaledMatrix(Matrix::Identity(4, 4) * 0x1p300));
  }
  EXPECT_EQ(product.Scale(product.mantissa().norm()), kInfinity);
  EXPECT_EQ(product.Unscale(1.0), 0.0);
  for (int k = 0; k < 50; ++k) {
    product.MultiplyLeft(ScaledMatrix(Matrix::Identity(4, 4) * 0x1p-300));
  }
  EXPECT_EQ(product.exponent(), 0);
  EXPECT_EQ(product.mantissa(), matrix);
}

TEST(ScaledMatrix, OfZerosStaysZero) {
  ScaledMatrix zero(Matrix::Zero(2, 2));
  zero.MultiplyLeft(ScaledMatrix(Matrix::Identity(2, 2) * 1e300));
  EXPECT_EQ(zero.mantissa(), Matrix::Zero(2, 2));
}

}  // namespace
}  // namespace mhc
