// The Sinkhorn routines of public implementations, executed in double precision (tests/golden).
#include <gmock/gmock.h>

#include "core/manifold/mixing_constraint.h"
#include "tests/core/manifold/golden_json.h"

namespace mhc {
namespace {

constexpr double kTolerance = 1e-12;

const nlohmann::json& Golden() {
  static const nlohmann::json golden = GoldenJson("maps_sinkhorn.json");
  return golden;
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
