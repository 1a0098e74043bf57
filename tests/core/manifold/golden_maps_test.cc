// The Sinkhorn routines of public implementations, executed in double precision (tests/golden).
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/manifold/mixing_constraint.h"

namespace mhc {
namespace {

constexpr double kTolerance = 1e-12;

const nlohmann::json& Golden() {
  static const nlohmann::json golden = nlohmann::json::parse(
      std::ifstream(std::string(MHC_SOURCE_DIR) + "/tests/golden/maps_sinkhorn.json"));
  return golden;
}

Matrix AsMatrix(const nlohmann::json& rows) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  Matrix matrix(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) matrix(i, j) = rows[i][j].get<double>();
  }
  return matrix;
}

double LargestDifference(const Matrix& a, const Matrix& b) {
  return (a - b).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
}

// Our options for each implementation's form, and how many results there are of it.
void ExpectResults(const std::string& implementation, const std::string& options) {
  int results = 0;
  int gradients = 0;
  for (const nlohmann::json& result : Golden()["results"]) {
    if (result["map"] != implementation) continue;
    const std::string name = result["logits"];
    const int iterations = result["iterations"];
    const ConstraintChoice choice =
        ParseConstraint(fmt::format("sinkhorn:iterations={},{}", iterations, options)).value();
    const Matrix logits = AsMatrix(Golden()["logits"][name]);
    const int n = static_cast<int>(logits.rows());
    const std::span<const double> flat(logits.data(), logits.size());

    const Matrix matrix = MapLogits(choice, n, flat);
    EXPECT_LE(LargestDifference(matrix, AsMatrix(result["H"])), kTolerance)
        << implementation << " " << name << " " << iterations;
    ++results;
    if (!result.contains("grad_logits")) continue;
    const Matrix cotangent = AsMatrix(Golden()["cotangent"][name]);
    const std::vector<double> grad = PullbackLogits(choice, n, flat, cotangent);
    EXPECT_LE(LargestDifference(Eigen::Map<const Matrix>(grad.data(), n, n),
                                AsMatrix(result["grad_logits"])),
              kTolerance)
        << implementation << " " << name << " " << iterations;
    ++gradients;
  }
  EXPECT_EQ(results, 40) << implementation;
  EXPECT_EQ(gradients, 20) << implementation;
}

TEST(GoldenMaps, OfTileKernelsAreOursWithEpsilon) {
  ExpectResults("tilekernels_eps1e-6", "epsilon=1e-6");
}

TEST(GoldenMaps, OfTileKernelsWithoutEpsilonAreOursInThePapersOrder) {
  ExpectResults("tilekernels_eps0", "epsilon=0");
}

TEST(GoldenMaps, OfMhcLiteAreOursWithColumnsLast) {
  ExpectResults("mhclite_mhc", "order=rows_columns");
}

TEST(GoldenMaps, OfTokenbenderAreOursInThePapersOrder) {
  ExpectResults("tokenbender_tau1", "order=columns_rows");
}

}  // namespace
}  // namespace mhc
