#include "core/model/kernels/depth_kernels.h"

#include <gmock/gmock.h>

#include <random>

#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "kernel_lanes.h"

namespace mhc {
namespace {

constexpr double kDoubleRounding = 1e-13;

std::vector<double> NormalMatrices(int count, int n, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<std::size_t>(count * n * n));
  for (double& value : values) value = normal(engine);
  return values;
}

Matrix MatrixAt(const std::vector<double>& all, int n, std::int64_t index) {
  return Eigen::Map<const Matrix>(all.data() + index * n * n, n, n);
}

std::vector<double> Spectra(const std::vector<double>& matrices, int n,
                            const kernels::Place& place = {}) {
  const auto count = static_cast<std::int64_t>(matrices.size()) / (n * n);
  std::vector<double> values(static_cast<std::size_t>(count * n));
  kernels::SingularValues({count, n, matrices.data(), values.data()}, place);
  return values;
}

void ExpectSpectra(const std::vector<double>& matrices, int n) {
  const std::vector<double> found = Spectra(matrices, n);
  for (std::size_t at = 0; at * static_cast<std::size_t>(n * n) < matrices.size(); ++at) {
    const Vector expected = SingularValues(MatrixAt(matrices, n, std::int64_t(at)));
    for (int k = 0; k < n; ++k) {
      EXPECT_NEAR(found[at * static_cast<std::size_t>(n) + static_cast<std::size_t>(k)],
                  expected(k), kDoubleRounding * expected(0))
          << "matrix " << at << " of " << n << " rows, value " << k;
    }
  }
}

TEST(SingularValuesInLanes, AreTheOraclesAtEverySizeAndCount) {
  for (int n = 1; n <= kernels::kMostStreams; ++n) {
    for (const int count : {1, 7, 16, 37}) {
      OnEveryInstructionSet([&] { ExpectSpectra(NormalMatrices(count, n, 1), n); });
    }
  }
}

TEST(SingularValuesInLanes, AreTheOraclesWhereSomeOrAllAreEqualOrNone) {
  for (int n = 2; n <= kernels::kMostStreams; ++n) {
    std::vector<double> matrices;
    const auto add = [&](const Matrix& m) {
      matrices.insert(matrices.end(), m.data(), m.data() + m.size());
    };
    add(Matrix::Zero(n, n));
    add(Matrix::Identity(n, n));
    add(Matrix::Constant(n, n, 1.0 / n));
    add(0.999 * Matrix::Constant(n, n, 1.0 / n) + 0.001 * Matrix::Identity(n, n));
    add(1e200 * Matrix::Ones(n, n) + 1e190 * Matrix::Identity(n, n));
    add(1e-200 * Matrix::Identity(n, n));
    OnEveryInstructionSet([&] { ExpectSpectra(matrices, n); });
  }
}

// Of diag(1, 1e-9, …) turned on one side, what is relative to the largest would lose the smallest.
TEST(SingularValuesInLanes, KeepTheDigitsOfSmallOnes) {
  Matrix matrix = Matrix::Zero(4, 4);
  matrix.diagonal() << 1.0, 1e-4, 1e-9, 1e-12;
  matrix.row(0).swap(matrix.row(2));
  const std::vector<double> all(matrix.data(), matrix.data() + 16);
  OnEveryInstructionSet([&] {
    const std::vector<double> found = Spectra(all, 4);
    EXPECT_NEAR(found[2] / 1e-9, 1.0, 1e-12);
    EXPECT_NEAR(found[3] / 1e-12, 1.0, 1e-12);
  });
}

TEST(SingularValuesInLanes, AreNaNOfAMatrixThatIsNotFiniteAndOfNoOther) {
  for (const double poison : {NAN, INFINITY, -INFINITY}) {
    std::vector<double> matrices = NormalMatrices(12, 3, 2);
    matrices[5 * 9 + 4] = poison;
    OnEveryInstructionSet([&] {
      const std::vector<double> found = Spectra(matrices, 3);
      for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_EQ(std::isnan(found[k]), k / 3 == 5) << k;
      }
    });
  }
}

struct Walked {
  std::vector<double> sums, prefix, prefix_sums, composite, suffix, suffix_sums;
};
Walked Walk(const std::vector<double>& maps, std::int64_t sites, std::int64_t tokens, int n,
            const kernels::Place& place = {}) {
  const std::size_t ends(static_cast<std::size_t>(sites * tokens * kernels::kEndsOfSums));
  Walked all{
      std::vector<double>(ends),        std::vector<double>(maps.size()),
      std::vector<double>(ends),        std::vector<double>(maps.size() / std::size_t(sites)),
      std::vector<double>(maps.size()), std::vector<double>(ends)};
  kernels::WalkDepth(
      {sites, tokens, n, maps.data(), all.sums.data(), all.prefix.data(), all.prefix_sums.data(),
       all.composite.data(), all.suffix.data(), all.suffix_sums.data()},
      place);
  return all;
}

void ExpectEnds(const std::vector<double>& found, std::int64_t place, const Matrix& matrix) {
  const TwoSidedGain expected = GainFromBothSides(matrix);
  const double size = kDoubleRounding * matrix.cwiseAbs().maxCoeff();
  const double* ends = found.data() + place * kernels::kEndsOfSums;
  EXPECT_NEAR(ends[0], expected.row_min, size);
  EXPECT_NEAR(ends[1], expected.row_max, size);
  EXPECT_NEAR(ends[2], expected.column_min, size);
  EXPECT_NEAR(ends[3], expected.column_max, size);
}

TEST(DepthWalk, LeavesTheCompositesFromBothEndsWithTheirSums) {
  constexpr std::int64_t kSites = 5, kTokens = 19;
  for (int n = 1; n <= kernels::kMostStreams; ++n) {
    const std::vector<double> maps = NormalMatrices(kSites * kTokens, n, 3);
    OnEveryInstructionSet([&] {
      const Walked found = Walk(maps, kSites, kTokens, n);
      for (std::int64_t token = 0; token < kTokens; ++token) {
        Matrix prefix = Matrix::Identity(n, n), suffix = prefix;
        for (std::int64_t site = 0; site < kSites; ++site) {
          const std::int64_t place = site * kTokens + token;
          prefix = (MatrixAt(maps, n, place) * prefix).eval();
          EXPECT_TRUE(MatrixAt(found.prefix, n, place).isApprox(prefix, kDoubleRounding));
          ExpectEnds(found.sums, place, MatrixAt(maps, n, place));
          ExpectEnds(found.prefix_sums, place, prefix);
        }
        EXPECT_TRUE(MatrixAt(found.composite, n, token).isApprox(prefix, kDoubleRounding));
        for (std::int64_t site = kSites - 1; site >= 0; --site) {
          const std::int64_t place = site * kTokens + token;
          suffix = (suffix * MatrixAt(maps, n, place)).eval();
          EXPECT_TRUE(MatrixAt(found.suffix, n, place).isApprox(suffix, kDoubleRounding));
          ExpectEnds(found.suffix_sums, place, suffix);
        }
      }
    });
  }
}

TEST(DepthWalk, KeepsInfinitiesAndNaNsOfItsSumsApart) {
  constexpr int kStreams = 2;
  std::vector<double> maps = {1.0, INFINITY, 1.0, 1.0, 1.0, NAN, 1.0, 1.0};
  OnEveryInstructionSet([&] {
    const Walked found = Walk(maps, 1, 2, kStreams);
    EXPECT_EQ(found.sums[0], 2.0);
    EXPECT_EQ(found.sums[1], INFINITY);
    for (std::size_t k = 4; k < 8; ++k) EXPECT_TRUE(std::isnan(found.sums[k])) << k;
  });
}

TEST(DepthWalk, GivesTheSameBitsHoweverManyThreadsShareIt) {
  const std::vector<double> maps = NormalMatrices(3 * 70, 4, 4);
  const Walked one = Walk(maps, 3, 70, 4);
  const std::vector<double> spectra = Spectra(maps, 4);
  for (const int threads : {2, 3, 5}) {
    const kernels::Place place{threads, ShareAmongThreads};
    const Walked shared = Walk(maps, 3, 70, 4, place);
    EXPECT_EQ(shared.prefix, one.prefix);
    EXPECT_EQ(shared.suffix_sums, one.suffix_sums);
    EXPECT_EQ(Spectra(maps, 4, place), spectra);
  }
}

TEST(StateGrams, AreTheProductsOfTheStreamsInDoublePrecision) {
  constexpr int kTokens = 18;
  for (int n = 1; n <= kernels::kMostStreams; ++n) {
    for (const int channels : {1, 5, 64, 131}) {
      const auto count = static_cast<std::size_t>(kTokens * n * channels);
      std::mt19937_64 engine(5);
      std::normal_distribution<float> normal;
      std::vector<float> state(count), before(count);
      for (float& value : state) value = normal(engine);
      for (float& value : before) value = normal(engine);
      OnEveryInstructionSet([&] {
        std::vector<double> grams(static_cast<std::size_t>(kTokens * n * n)), products(kTokens);
        kernels::MakeGrams(
            {kTokens, channels, n, state.data(), before.data(), grams.data(), products.data()}, {});
        for (int token = 0; token < kTokens; ++token) {
          const auto at = [&](const std::vector<float>& all) -> Matrix {
            using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
            return Eigen::Map<const Floats>(all.data() + token * n * channels, n, channels)
                .cast<double>();
          };
          const Matrix x = at(state);
          EXPECT_TRUE(MatrixAt(grams, n, token).isApprox(x * x.transpose(), kDoubleRounding));
          EXPECT_NEAR(products[static_cast<std::size_t>(token)], x.cwiseProduct(at(before)).sum(),
                      kDoubleRounding * channels * n);
        }
      });
    }
  }
}

}  // namespace
}  // namespace mhc
