// Diagnostics of sites and of products: shares of streams, token dependence, the depth kernel,
// Birkhoff coordinates, the bound of a product, sums from both sides.
#include <gmock/gmock.h>

#include <cmath>

#include "core/manifold/diagnostics/birkhoff.h"
#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/mixing.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/manifold/diagnostics/token_dependence.h"
#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsNan;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Vector Weights(std::vector<double> values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Eigen::Index>(values.size()));
}

TEST(TwoSidedGain, SaysWhatALargestSumHides) {
  const TwoSidedGain gain = GainFromBothSides(Matrix{{0.5, 0.5}, {0.1, 0.9}});
  EXPECT_EQ(gain.row_min, 1.0);
  EXPECT_EQ(gain.row_max, 1.0);
  EXPECT_NEAR(gain.column_min, 0.6, 1e-15);
  EXPECT_NEAR(gain.column_max, 1.4, 1e-15);
  EXPECT_NEAR(gain.log_column, -std::log(0.6), 1e-14);  // damped by more than ln 1.4
  EXPECT_EQ(GainFromBothSides(Matrix{{1.0, 0.0}, {1.0, 0.0}}).log_column, kInfinity);
  EXPECT_THAT(GainFromBothSides(Matrix{{-1.0, 2.0}, {0.0, 1.0}}).log_column, IsNan());
  EXPECT_EQ(GainFromBothSides(Matrix::Identity(3, 3)).log_column, 0.0);
}

TEST(DobrushinBound, BoundsTheDistanceOfAProductFromTheUniformMatrix) {
  RandomMatrices random(61);
  for (int draw = 0; draw < 50; ++draw) {
    std::vector<Matrix> factors;
    for (int l = 0; l < 6; ++l) {
      factors.push_back(0.5 * random.PermutationMixture(4) + Matrix::Constant(4, 4, 0.125));
    }
    const Matrix apart = (Product(factors).array() - 0.25).matrix();
    EXPECT_LE(SpectralNorm(apart), DobrushinBound(factors));
    EXPECT_LT(DobrushinBound(factors), 2.0);
  }
}

TEST(DobrushinBound, IsTheFormulaOfItsFactors) {
  const std::vector<Matrix> factors = {Matrix{{0.75, 0.25}, {0.25, 0.75}},
                                       Matrix{{0.6, 0.4}, {0.4, 0.6}}};
  EXPECT_NEAR(DobrushinBound(factors), std::sqrt(2.0) * 0.5 * 0.2, 1e-15);
  EXPECT_EQ(DobrushinBound(std::vector<Matrix>{Matrix::Constant(4, 4, 0.25)}), 0.0);
}

TEST(StreamShares, AreTheWeightsOverTheirSum) {
  EXPECT_EQ(StreamShares(Weights({1.0, 3.0})), Weights({0.25, 0.75}));
  EXPECT_TRUE(StreamShares(Weights({1e308, 1e308, 1e308})).allFinite());
  for (const auto& bad : {Weights({0.0, 0.0}), Weights({1.0, -0.5}), Weights({1.0, kInfinity})}) {
    EXPECT_THAT(StreamShares(bad), Each(IsNan()));
    EXPECT_THAT(EffectiveStreams(StreamShares(bad)), IsNan());
    EXPECT_EQ(FindDominantStream(StreamShares(bad)).stream, -1);
  }
}

TEST(StreamShares, CountTheSignalThatIsPassedWhereStreamsAreGiven) {
  const Matrix streams{{3.0, 4.0}, {0.0, 1.0}};
  EXPECT_EQ(SignalShares(Weights({0.2, 1.0}), streams), Weights({0.5, 0.5}));
}

TEST(EffectiveStreams, AreThoseThatMatter) {
  EXPECT_EQ(EffectiveStreams(Weights({0.0, 1.0, 0.0, 0.0})), 1.0);
  EXPECT_EQ(EffectiveStreams(Weights({0.5, 0.5, 0.0, 0.0})), 2.0);
  EXPECT_EQ(EffectiveStreams(Weights({0.25, 0.25, 0.25, 0.25})), 4.0);
  EXPECT_NEAR(EffectiveStreams(Weights({0.7, 0.1, 0.1, 0.1})), 1.0 / 0.52, 1e-14);
  RandomMatrices random(62);
  for (int draw = 0; draw < 50; ++draw) {
    const Vector shares = StreamShares(random.NormalMatrix(4, 1).cwiseAbs());
    const double entropy = -(shares.array() * shares.array().log()).sum();
    EXPECT_LE(EffectiveStreams(shares), std::exp(entropy) + 1e-12);
    EXPECT_GE(EffectiveStreams(shares), 1.0 / shares.maxCoeff() - 1e-12);
  }
}

TEST(DominantStream, IsTheFirstOfTheLargest) {
  const DominantStream found = FindDominantStream(Weights({0.2, 0.4, 0.4}));
  EXPECT_EQ(found.stream, 1);
  EXPECT_EQ(found.share, 0.4);
}

TEST(TokenDeviation, IsThatOfEachCoefficientOverTheTokens) {
  const Vector deviation = TokenDeviation(Matrix{{1.0, 5.0}, {3.0, 5.0}, {1.0, 5.0}, {3.0, 5.0}});
  EXPECT_EQ(deviation, Weights({1.0, 0.0}));
}

TEST(TokenDependence, IsTheShareOfTheVarianceWithinTheSites) {
  // Site means 1 and 3 about 2: between 4·1; within 2·(0.5²) + 2·(1²).
  const std::vector<Matrix> sites = {Matrix{{0.5}, {1.5}}, Matrix{{2.0}, {4.0}}};
  EXPECT_NEAR(TokenDependence(sites), 2.5 / 6.5, 1e-15);
  const std::vector<Matrix> fixed = {Matrix{{1.0, 2.0}, {1.0, 2.0}}, Matrix{{0.0, 2.0}}};
  EXPECT_EQ(TokenDependence(fixed), 0.0);
  const std::vector<Matrix> alike = {Matrix{{0.0}, {2.0}}, Matrix{{2.0}, {0.0}}};
  EXPECT_EQ(TokenDependence(alike), 1.0);
  EXPECT_EQ(TokenDependence(std::vector<Matrix>{Matrix{{1.0}, {1.0}}}), 0.0) << "nothing varies";
  EXPECT_EQ(TokenDependence(std::vector<Matrix>(3, Matrix::Constant(7, 1, 0.1))), 0.0);
  EXPECT_THAT(TokenDependence(std::vector<Matrix>{Matrix{{1.0}, {std::nan("")}}}), IsNan());
}

std::vector<SiteMaps> RandomSites(RandomMatrices& random, int count, int n) {
  std::vector<SiteMaps> sites;
  for (int l = 0; l < count; ++l) {
    sites.push_back(
        {random.NormalMatrix(n, 1), random.NormalMatrix(n, 1), random.NormalMatrix(n, n)});
  }
  return sites;
}

TEST(DepthKernel, IsReadTimesTheProductBetweenTimesWrite) {
  RandomMatrices random(63);
  const std::vector<SiteMaps> sites = RandomSites(random, 5, 3);
  const Matrix kernel = DepthKernel(sites);
  for (int j = 0; j < 5; ++j) {
    for (int i = 0; i < 5; ++i) {
      Matrix between = Matrix::Identity(3, 3);
      for (int l = i + 1; l < j; ++l) between = sites[l].res * between;
      const double expected = i < j ? sites[j].pre.dot(between * sites[i].post) : 0.0;
      EXPECT_NEAR(kernel(j, i), expected, 1e-12 * std::max(1.0, std::abs(expected)));
    }
  }
}

TEST(DepthKernel, IsWhatASublayerHearsOfAUnitThatAnotherWrites) {
  // The streams carried by hand: sublayer i writes 1, the others nothing.
  RandomMatrices random(64);
  const std::vector<SiteMaps> sites = RandomSites(random, 4, 3);
  const Matrix kernel = DepthKernel(sites);
  for (int i = 0; i < 4; ++i) {
    Vector streams = Vector::Zero(3);
    for (int j = 0; j < 4; ++j) {
      EXPECT_NEAR(sites[j].pre.dot(streams), kernel(j, i), 1e-12);
      streams = sites[j].res * streams;
      if (j == i) streams += sites[j].post;
    }
  }
}

TEST(DepthKernel, OfThePlainResidualModelIsOneBelowTheDiagonal) {
  const SiteMaps plain{Vector::Constant(4, 0.25), Vector::Ones(4), Matrix::Identity(4, 4)};
  const Matrix kernel = DepthKernel(std::vector<SiteMaps>(3, plain));
  EXPECT_EQ(kernel, (Matrix{{0, 0, 0}, {1, 0, 0}, {1, 1, 0}}));
}

TEST(DepthKernel, DoesNotDependOnTheBasisOfTheStreams) {
  RandomMatrices random(65);
  std::vector<SiteMaps> sites = RandomSites(random, 6, 4);
  const Matrix before = DepthKernel(sites), turn = random.Cayley(4);
  for (SiteMaps& site : sites) {
    site = {turn * site.pre, turn * site.post, turn * site.res * turn.transpose()};
  }
  EXPECT_LT((DepthKernel(sites) - before).norm(), 1e-12 * before.norm());
}

Matrix Sum(const BirkhoffMixture& mixture, int n) {
  Matrix sum = Matrix::Zero(n, n);
  for (const PermutationWeight& term : mixture.terms) {
    for (int i = 0; i < n; ++i) sum(i, term.columns[i]) += term.weight;
  }
  return sum;
}

double TotalWeight(const BirkhoffMixture& mixture) {
  double total = 0.0;
  for (const PermutationWeight& term : mixture.terms) total += term.weight;
  return total;
}

TEST(BirkhoffCoordinates, OfAPermutationMixGiveItBack) {
  RandomMatrices random(66);
  for (const char* text : {"permutation_mix", "permutation_mix:transpose=true"}) {
    const ConstraintChoice choice = ParseConstraint(text).value();
    const std::vector<double> logits = random.Normals(24, 2.0);
    const BirkhoffMixture mixture = PermutationMixCoordinates(choice, 4, logits);
    EXPECT_EQ(mixture.terms.size(), 24u);
    EXPECT_NEAR(TotalWeight(mixture), 1.0, 1e-14);
    EXPECT_LT((Sum(mixture, 4) - MapLogits(choice, 4, logits)).norm(), 1e-15) << text;
    EXPECT_EQ(mixture.residual, 0.0);
  }
}

TEST(BirkhoffDecomposition, UsesUpADoublyStochasticMatrixInFewTerms) {
  RandomMatrices random(67);
  for (const int n : {1, 2, 3, 4, 8}) {
    for (int draw = 0; draw < 20; ++draw) {
      const Matrix matrix = random.PermutationMixture(n);
      const BirkhoffMixture mixture = DecomposeBirkhoff(matrix);
      EXPECT_LE(mixture.terms.size(), static_cast<std::size_t>((n - 1) * (n - 1) + 1));
      EXPECT_NEAR(TotalWeight(mixture), 1.0, 1e-13);
      EXPECT_LT(mixture.residual, 1e-14);
      EXPECT_LT((Sum(mixture, n) - matrix).norm(), 1e-14);
      for (const PermutationWeight& term : mixture.terms) EXPECT_GT(term.weight, 0.0);
    }
  }
}

TEST(BirkhoffDecomposition, TakesTheLargestShareFirst) {
  // By hand: ½ of the identity, then the swap of the last two, then the cycle.
  const Matrix matrix{{0.8, 0.2, 0.0}, {0.0, 0.5, 0.5}, {0.2, 0.3, 0.5}};
  const BirkhoffMixture mixture = DecomposeBirkhoff(matrix);
  ASSERT_EQ(mixture.terms.size(), 3u);
  EXPECT_THAT(mixture.terms[0].columns, ElementsAre(0, 1, 2));
  EXPECT_THAT(mixture.terms[1].columns, ElementsAre(0, 2, 1));
  EXPECT_THAT(mixture.terms[2].columns, ElementsAre(1, 2, 0));
  EXPECT_NEAR(mixture.terms[0].weight, 0.5, 1e-15);
  EXPECT_NEAR(mixture.terms[1].weight, 0.3, 1e-15);
  EXPECT_NEAR(mixture.terms[2].weight, 0.2, 1e-15);
}

TEST(BirkhoffDecomposition, ReturnsWhatNoPermutationPasses) {
  // Columns sum to 1.5 and 0.5: the identity passes ½, and what is left is all in column 0.
  const BirkhoffMixture mixture = DecomposeBirkhoff(Matrix{{1.0, 0.0}, {0.5, 0.5}});
  ASSERT_EQ(mixture.terms.size(), 1u);
  EXPECT_EQ(mixture.terms[0].weight, 0.5);
  EXPECT_NEAR(mixture.residual, std::sqrt(0.5), 1e-15);
  const BirkhoffMixture negative = DecomposeBirkhoff(Matrix{{1.0, -2.0}, {-2.0, 1.0}});
  EXPECT_EQ(negative.residual, std::sqrt(8.0));
  const BirkhoffMixture nothing = DecomposeBirkhoff(Matrix{{1.0, std::nan("")}, {0.0, 1.0}});
  EXPECT_TRUE(nothing.terms.empty());
  EXPECT_THAT(nothing.residual, IsNan());
}

}  // namespace
}  // namespace mhc
