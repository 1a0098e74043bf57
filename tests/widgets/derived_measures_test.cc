#include "widgets/measures/derived_measures.h"

#include <gmock/gmock.h>

#include <cmath>

#include "widgets/measures/matrix_measures.h"

namespace mhc {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

FetchedSnapshot At(std::int64_t step, std::string kind, std::vector<std::int64_t> shape,
                   std::vector<float> data) {
  return {kind, step, step, {kind, std::move(shape), std::move(data)}};
}

class DerivedMeasuresTest : public testing::Test {
 protected:
  // A run of two sites whose learning rate is 0.1 times the step, without its record: what is
  // fetched is given.
  void Load(std::vector<Setting> settings) {
    RunUpdate update;
    settings.push_back({"model.blocks", "1"});
    const auto configuration = LoadConfiguration("tiny", settings);
    ASSERT_TRUE(configuration) << configuration.error().message;
    update.configuration = std::make_shared<const Configuration>(*configuration);
    update.first_step = 1;
    update.columns.resize(StepColumns().size());
    for (std::size_t i = 0; i < update.columns.size(); ++i) {
      for (int step = 1; step <= 9; ++step) {
        const bool is_rate = StepColumns()[i].name == "learning_rate";
        const bool is_skipped = StepColumns()[i].name == "skipped" && step == 7;
        update.columns[i].push_back(is_rate ? 0.1 * step : is_skipped ? 1.0 : 0.0);
      }
    }
    run_.Apply(std::move(update));
  }
  // ‖b‖ of the two sites in the snapshots of steps 2, 5 and 8.
  void GiveHistory() {
    run_.HistoryOf("logit_norm");
    RunUpdate update;
    update.histories.push_back(
        {"logit_norm", {2}, {2, 5, 8}, {{10.0f, 20.0f}, {9.0f, 18.0f}, {4.0f, 17.0f}}});
    run_.Apply(std::move(update));
  }
  void Change(std::int64_t step, const std::string& transfer, std::vector<std::int64_t> sites) {
    Intervention change;
    change.request.kind = "constraint";
    change.request.value = "sinkhorn";
    change.request.sites = std::move(sites);
    change.request.transfer = *ParseTransfer(transfer);
    change.step = step;
    change.applied = true;
    RunUpdate update;
    update.interventions = {change};
    run_.Apply(std::move(update));
  }
  std::vector<double> ByDecay(std::int64_t step) {
    RunSnapshots snapshots(run_);
    const auto lines =
        LogitsAndTheirDecay(run_, snapshots, At(step, "logit_norm", {2}, {4.0f, 17.0f}));
    if (lines.size() != 2) return {};
    EXPECT_THAT(lines[0], ElementsAre(4.0, 17.0));
    return lines[1];
  }

  ReaderThread reader_;
  RunDocument run_{reader_, "no such run"};
};

TEST_F(DerivedMeasuresTest, WhatDecayLeavesIsTheProductOverTheStepsBetweenTheSnapshots) {
  Load({{"mixing.weight_decay", "all"}, {"train.weight_decay", "0.5"}});
  EXPECT_THAT(ByDecay(8), IsEmpty()) << "the history is on its way";
  GiveHistory();
  // The updates of steps 2 to 7, and the seventh was skipped.
  const double left = 0.9 * 0.85 * 0.8 * 0.75 * 0.7;
  EXPECT_THAT(ByDecay(8),
              ElementsAre(DoubleNear(10.0 * left, 1e-12), DoubleNear(20.0 * left, 1e-12)));
  EXPECT_THAT(ByDecay(2), ElementsAre(10.0, 20.0));
}

TEST_F(DerivedMeasuresTest, StaticPartsThatDoNotDecayStayWhereTheyBegan) {
  Load({{"mixing.weight_decay", "dynamic"}, {"train.weight_decay", "0.5"}});
  GiveHistory();
  EXPECT_THAT(ByDecay(8), ElementsAre(10.0, 20.0));
}

TEST_F(DerivedMeasuresTest, AConstraintThatStartsLogitsAnewStartsTheProductAnew) {
  Load({{"mixing.weight_decay", "all"},
        {"train.weight_decay", "0.5"},
        {"mixing.learning_rate_scale", "0.5"}});
  GiveHistory();
  const double last = 0.875 * 0.85, left = 0.95 * 0.925 * 0.9 * last;
  Change(3, "match_matrix", {1});
  EXPECT_THAT(ByDecay(8),
              ElementsAre(DoubleNear(10.0 * left, 1e-12), DoubleNear(18.0 * last, 1e-12)));
  Change(3, "keep_logits", {1});
  EXPECT_THAT(ByDecay(8),
              ElementsAre(DoubleNear(10.0 * left, 1e-12), DoubleNear(20.0 * left, 1e-12)));
}

TEST_F(DerivedMeasuresTest, PermutationsOfAMixtureHaveItsWeights) {
  RunSnapshots snapshots(run_);
  const FetchedSnapshot found =
      At(1, "res_mean", {2, 3, 3},
         {0.5f, 0.3125f, 0.1875f, 0.1875f, 0.5f, 0.3125f, 0.3125f, 0.1875f, 0.5f,  //
          1.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.5f});
  const auto lines = PermutationWeights(run_, snapshots, found);
  EXPECT_THAT(lines[0], ElementsAre(0.5, 0.5));
  EXPECT_THAT(lines[1], ElementsAre(0.3125, 0.0));
  EXPECT_THAT(lines[2], ElementsAre(0.5, 0.0));
  EXPECT_THAT(lines[3], ElementsAre(0.0, DoubleNear(std::sqrt(0.5), 1e-12)));
  EXPECT_EQ(PermutationsOfSite(found.snapshot, 0).toStdString(),
            "0.500 of 0 1 2\n0.312 of 1 2 0\n0.188 of 2 0 1");
}

// Circulants of two streams: H − J has the one singular value 2a − 1, which is also τ and 1 − n
// min.
TEST_F(DerivedMeasuresTest, TheContractionOfTheProductOfTheMapsIsWithinItsBounds) {
  RunSnapshots snapshots(run_);
  const FetchedSnapshot found =
      At(1, "res_mean", {2, 2, 2}, {0.75f, 0.25f, 0.25f, 0.75f, 0.875f, 0.125f, 0.125f, 0.875f});
  const auto lines = ContractionBounds(run_, snapshots, found);
  ASSERT_EQ(lines.size(), 3u);
  const double root = std::sqrt(2.0);
  EXPECT_THAT(lines[0], ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(0.375, 1e-12)));
  for (const int bound : {1, 2}) {
    EXPECT_THAT(lines[bound],
                ElementsAre(DoubleNear(0.5 * root, 1e-12), DoubleNear(0.375 * root, 1e-12)));
  }
}

TEST_F(DerivedMeasuresTest, LogarithmsOfSumsAreThoseOfTheWorseEnd) {
  RunSnapshots snapshots(run_);
  const FetchedSnapshot found =
      At(1, "prefix_two_sided_gain", {2, 4}, {0.5f, 1.5f, 1.0f, 4.0f, 1.0f, 1.0f, -0.5f, 2.0f});
  const auto lines = LogarithmsOfSums(run_, snapshots, found);
  EXPECT_THAT(lines[0], ElementsAre(DoubleNear(std::log(2.0), 1e-12), 0.0));
  EXPECT_THAT(lines[1], ElementsAre(DoubleNear(std::log(4.0), 1e-12), testing::IsNan()));
}

TEST_F(DerivedMeasuresTest, NumbersOfAMatrixAreThoseOfTheDiagnosticsOfEverySite) {
  RunSnapshots snapshots(run_);
  const FetchedSnapshot found =
      At(1, "res_mean", {2, 2, 2}, {0.75f, 0.25f, 0.25f, 0.75f, 0.0f, -1.0f, 1.0f, 0.0f});
  const auto lines =
      MatrixMeasures<&MatrixDiagnostics::second_eigenvalue,
                     &MatrixDiagnostics::distance_to_identity>(run_, snapshots, found);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(1.0, 1e-12)));
  EXPECT_THAT(lines[1], ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(2.0, 1e-12)));
  EXPECT_THAT(EigenvaluesOfSite(found.snapshot, 1).toStdString(),
              testing::StartsWith("λ: 0 ± 1.000 i\n"));
}

}  // namespace
}  // namespace mhc
