// mHC-lite's, TBP's and KromHC's maps in public implementations, executed in double precision
// (tests/golden), each in its own order of the logits and with its own transposition.
#include <gmock/gmock.h>

#include "core/manifold/mixing_constraint.h"
#include "core/manifold/permutations.h"
#include "tests/core/manifold/golden_json.h"

namespace mhc {
namespace {

constexpr double kTolerance = 1e-13;

const nlohmann::json& Golden() {
  static const nlohmann::json golden = GoldenJson("maps_other.json");
  return golden;
}

// `tolerance`: absolute, of entries and gradients of order 1.
void ExpectMaps(const std::string& implementation, const std::string& constraint, int expected,
                double tolerance) {
  const ConstraintChoice choice = ParseConstraint(constraint).value();
  int found = 0;
  for (const nlohmann::json& entry : Golden()["cases"]) {
    if (entry["map"] != implementation) continue;
    ++found;
    const std::string what = implementation + " " + entry["case"].get<std::string>();
    const Matrix matrix = AsMatrix(entry["H"]);
    const int n = static_cast<int>(matrix.rows());
    const std::vector<double> logits = AsNumbers(entry["parameters"]);
    ASSERT_EQ(static_cast<int>(logits.size()), LogitCount(choice, n)) << what;
    EXPECT_LE(LargestDifference(MapLogits(choice, n, logits), matrix), tolerance) << what;
    const std::vector<double> grad =
        PullbackLogits(choice, n, logits, AsMatrix(entry["cotangent"]));
    const std::vector<double> expected_grad = AsNumbers(entry["grad_parameters"]);
    ASSERT_EQ(grad.size(), expected_grad.size()) << what;
    for (std::size_t k = 0; k < grad.size(); ++k) {
      EXPECT_NEAR(grad[k], expected_grad[k], tolerance) << what << " logit " << k;
    }
  }
  EXPECT_EQ(found, expected) << implementation;
}

TEST(GoldenOtherMaps, OfMhcLiteAreTheTransposeOfOurs) {
  ExpectMaps("mhclite", "permutation_mix:transpose=true", 9, kTolerance);
}

TEST(GoldenOtherMaps, OfMhcLiteHaveOurOrderOfPermutations) {
  for (const int n : {2, 3, 4}) {
    EXPECT_EQ(
        Permutations(n),
        Golden()["permutation_order"][std::to_string(n)].get<std::vector<std::vector<int>>>());
  }
}

TEST(GoldenOtherMaps, OfTbpAreTheTransposeOfOurs) {
  ExpectMaps("tbp", "transport_fill:transpose=true", 2, kTolerance);
}

TEST(GoldenOtherMaps, OfKromHcAreOurs) { ExpectMaps("kromhc", "kronecker", 1, kTolerance); }

}  // namespace
}  // namespace mhc
