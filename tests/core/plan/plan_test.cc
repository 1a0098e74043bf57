// What a model costs: against what runs record, what papers print, and by hand.
#include "core/plan/plan.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/plan/published_models.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Plan PlanFor(std::string_view name, const std::vector<Setting>& settings = {}) {
  return PlanByName(name, settings).value();
}

SiteSettings Site(const std::string& connection, const std::string& constraint) {
  SiteSettings site;
  site.connection = site.read = site.write = connection;
  site.constraint = ChooseConstraint(constraint).value();
  return site;
}

struct Recorded {
  std::string preset;
  std::vector<Setting> settings;
  std::int64_t parameters, mixing_parameters;
};

// `parameters` and `mixing_parameters` of runs of the engine.
TEST(PlannedParameters, AreThoseThatRunsRecord) {
  const std::vector<Recorded> runs = {
      {"tiny", {}, 55564, 12396},
      {"default", {}, 968024, 98520},
      {"arithmetic", {}, 968024, 98520},
      {"deep", {}, 1536336, 296208},
      {"bench", {}, 6853296, 393648},
      {"tiny", {{"mixing.connection", "hc"}}, 44044, 876},
      {"tiny", {{"mixing.connection", "residual"}}, 43168, 0},
      {"tiny", {{"mixing.constraint", "kronecker"}}, 49372, 6204},
      {"tiny", {{"mixing.dynamic", "false"}}, 43264, 96},
      {"tiny", {{"mixing.read", "fixed"}}, 53496, 10328},
      {"tiny", {{"model.expand", "scaled"}}, 55692, 12524},
      {"tiny", {{"model.readout", "learned"}}, 56081, 12913},
      {"tiny", {{"mixing.delayed_read", "true"}}, 55047, 11879},
      {"tiny", {{"mixing.delayed_read", "true"}, {"model.readout", "learned"}}, 55564, 12396},
  };
  for (const Recorded& run : runs) {
    const Plan plan = PlanFor(run.preset, run.settings);
    const std::string which =
        run.preset + (run.settings.empty() ? "" : " " + run.settings.front().value);
    EXPECT_EQ(plan.parameters, run.parameters) << which;
    EXPECT_EQ(plan.mixing_parameters, run.mixing_parameters) << which;
  }
}

TEST(PlannedParameters, AreTheSumOfTheirParts) {
  std::vector<std::string> names = {"default", "bench"};
  for (const std::string_view name : PublishedModelNames()) names.emplace_back(name);
  for (const std::string& name : names) {
    const Plan plan = PlanFor(name);
    std::int64_t sum = 0;
    for (const auto& [part, count] : plan.parts) sum += count;
    EXPECT_EQ(sum, plan.parameters) << name;
  }
}

// G28.
TEST(SiteParameters, AreThePublishedCounts) {
  EXPECT_EQ(SiteParameters(Site("mhc", "sinkhorn"), 4, 256), 24603);
  EXPECT_EQ(SiteParameters(Site("mhc", "sinkhorn"), 4, 5120), 491547);
  // OLMo-1B: 16 blocks of 2,048 channels, so 32 sublayers.
  EXPECT_EQ(32 * StaticHyperConnectionParameters(4), 768);
  EXPECT_EQ(32 * DynamicHyperConnectionParameters(4, 2048), 394048);
}

TEST(SiteParameters, OfStaticHyperConnectionsAreTheirThreeMaps) {
  SiteSettings site = Site("hc", "unconstrained");
  site.dynamic = false;
  EXPECT_EQ(SiteParameters(site, 4, 2048), StaticHyperConnectionParameters(4));
  // Dynamic as the mHC paper restates it: a scale for each of three maps, where the original has
  // one for read and mix together.
  EXPECT_EQ(SiteParameters(Site("hc", "unconstrained"), 4, 2048),
            DynamicHyperConnectionParameters(4, 2048) + 1);
}

TEST(SiteParameters, FollowTheLogitsOfTheConstraint) {
  for (const auto& [name, logits] :
       {std::pair("identity", 0), {"permutation_mix", 24}, {"kronecker", 4}, {"cayley", 6}}) {
    const std::int64_t expected = (8 + logits) * (4 * 64 + 1) + (logits > 0 ? 3 : 2);
    EXPECT_EQ(SiteParameters(Site("mhc", name), 4, 64), expected) << name;
  }
}

// G27.
TEST(ElementsMoved, AreThoseOfThePapersTable2) {
  for (const std::int64_t channels : {1, 128, 2560}) {
    EXPECT_EQ(UnfusedElements(4, channels), (ElementCount{21 * channels + 24, 13 * channels + 24}));
  }
  // Row by row: the maps, read, write, mix and merge.
  const std::int64_t n = 3, c = 10;
  const std::int64_t read = n * c + (n * c + n) + (c + n) + (n * c + n * n) + 2 * n * c;
  const std::int64_t written = (n * n + 2 * n) + c + n * c + n * c + n * c;
  EXPECT_EQ(UnfusedElements(n, c), (ElementCount{read, written}));
  EXPECT_EQ(ResidualElements(c), (ElementCount{20, 10}));
}

TEST(ElementsMoved, FallByWhatTheFusedKernelSaves) {
  // Write, mix and merge: reads (3n+1)C before and (n+1)C after, writes 3nC before and nC after.
  const std::int64_t n = 4, c = 100;
  const ElementCount unfused = UnfusedElements(n, c), fused = FusedElements(n, c);
  EXPECT_EQ(unfused.read - fused.read, (3 * n + 1) * c - (n + 1) * c);
  EXPECT_EQ(unfused.written - fused.written, 3 * n * c - n * c);
}

// G26.
TEST(RecomputeBlock, KeepsTheLeast) {
  for (const auto& [sublayers, block] : {std::pair(24, 4), {36, 4}, {60, 6}, {122, 9}}) {
    EXPECT_EQ(RecomputeBlock(4, sublayers), block) << sublayers;
  }
  EXPECT_EQ(RecomputedElements(4, 60, 6), 76);
  EXPECT_EQ(RecomputedElements(4, 24, 4), 48);
  EXPECT_EQ(RecomputedElements(4, 122, 9), 110);
  EXPECT_EQ(RecomputeBlock(4, 1), 1);
  // About √(nL/(n+2)) where L is large.
  EXPECT_NEAR(RecomputeBlock(4, 10000), std::sqrt(4.0 * 10000.0 / 6.0), 2.0);
}

struct Published {
  const char* name;
  double parameters, parameters_digit, active, active_digit, mixing, vocabulary;
  std::int64_t recompute_block;
};

// Within half of the last digit that is printed; V4's report prints fewer digits.
TEST(PublishedModels, HaveTheTotalsThatArePrinted) {
  const std::vector<Published> models = {
      {"paper-3b", 2.97e9, 1e7, 612e6, 1e6, 2.95e6, 331e6, 4},
      {"paper-9b", 9.18e9, 1e7, 1.66e9, 1e7, 6.64e6, 496e6, 4},
      {"paper-27b", 27.0e9, 1e8, 4.14e9, 1e7, 14.75e6, 662e6, 6}};
  for (const Published& model : models) {
    const Plan plan = PlanFor(model.name);
    EXPECT_NEAR(static_cast<double>(plan.parameters), model.parameters, model.parameters_digit / 2);
    EXPECT_NEAR(static_cast<double>(plan.active_parameters), model.active, model.active_digit / 2);
    EXPECT_NEAR(static_cast<double>(plan.mixing_parameters), model.mixing, 0.005e6);
    const auto vocabulary = static_cast<double>(plan.parts[0].second + plan.parts[1].second);
    EXPECT_NEAR(vocabulary, model.vocabulary, 0.5e6);
    EXPECT_EQ(plan.recompute_block, model.recompute_block);
    EXPECT_EQ(plan.printed->parameters, model.parameters);
  }
}

TEST(PublishedModels, OfV4HaveTheTotalsThatArePrinted) {
  const Plan flash = PlanFor("v4-flash");
  // What a loader of the published weights counts, without multi-token prediction: 284.33 B.
  EXPECT_NEAR(static_cast<double>(flash.parameters), 284.33e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(flash.active_parameters), 13e9, 0.5e9);
  const Plan pro = PlanFor("v4-pro");
  EXPECT_NEAR(static_cast<double>(pro.parameters), 1.6e12, 0.05e12);
  EXPECT_NEAR(static_cast<double>(pro.active_parameters), 49e9, 0.5e9);
  EXPECT_EQ(pro.recompute_block, 9);
}

TEST(PublishedModels, SayWhatWasAssumedAndWhatItAdds) {
  for (const std::string_view name : PublishedModelNames()) {
    const Plan plan = PlanFor(name);
    EXPECT_THAT(plan.assumptions, ::testing::Contains(HasSubstr("M"))) << name;
    EXPECT_GE(plan.assumptions.size(), 5u) << name;
  }
  EXPECT_THAT(PlanFor("paper-3b").assumptions.front(), HasSubstr("27.53M of the total"));
}

TEST(PlannedFlops, AreSixAWeightAndThoseOfAttentionAndSites) {
  // residual: 2 blocks of (4·32² + 3·32·96) weights and a head of 256·32; 32 positions.
  const Plan plain = PlanFor("tiny", {{"mixing.connection", "residual"}});
  const double weights = 2.0 * (4.0 * 1024.0 + 3.0 * 32.0 * 96.0) + 8192.0;
  const double attention = 2.0 * 4.0 * 32.0 * 16.5;
  EXPECT_DOUBLE_EQ(plain.flops_per_token, 6.0 * weights + 3.0 * attention);
  EXPECT_EQ(plain.mixing_flops_per_token, 0.0);
  // A site: 6nCM + 4nC, 6nC, 6n(n+1)C, with M = 24 and n = 4.
  const Plan mixed = PlanFor("tiny");
  const double site = 32.0 * (6.0 * 4.0 * 24.0 + 4.0 * 4.0 + 6.0 * 4.0 + 6.0 * 20.0);
  EXPECT_DOUBLE_EQ(mixed.mixing_flops_per_token, 4.0 * site);
  EXPECT_DOUBLE_EQ(mixed.flops_per_token, plain.flops_per_token + 4.0 * site);
}

TEST(PlannedFlops, OfThePapersModelsAreOnTheAxisOfItsFigure6) {
  // 10²¹ to 10²² for the larger two, over their tokens; 2 to 4·10²¹ for the small one over 10¹².
  EXPECT_NEAR(std::log10(PlanFor("paper-9b").flops_per_token * 105e9), 21.1, 0.2);
  EXPECT_NEAR(std::log10(PlanFor("paper-27b").flops_per_token * 262e9), 21.9, 0.2);
  EXPECT_NEAR(std::log10(PlanFor("paper-3b").flops_per_token * 1.05e12), 21.6, 0.2);
}

TEST(PlannedMemory, GrowsWithTheBatchAndHoldsFourNumbersAParameter) {
  const Plan plan = PlanFor("tiny");
  EXPECT_EQ(plan.state_bytes, 16.0 * 55564.0);
  const Plan larger = PlanFor("tiny", {{"train.batch", "16"}});
  EXPECT_DOUBLE_EQ(larger.activation_bytes, 2.0 * plan.activation_bytes);
  EXPECT_EQ(larger.state_bytes, plan.state_bytes);
  EXPECT_LT(PlanFor("tiny", {{"mixing.connection", "residual"}}).activation_bytes,
            plan.activation_bytes);
}

TEST(Plan, OfTheResidualModelHasNoSites) {
  const Plan plan = PlanFor("tiny", {{"mixing.connection", "residual"}});
  EXPECT_TRUE(plan.site_parameters.empty());
  EXPECT_FALSE(plan.recompute_block.has_value());
  EXPECT_EQ(plan.unfused, ResidualElements(32));
}

TEST(Plan, SaysThatATokenizersVocabularyIsNotKnown) {
  const Plan plan = PlanFor("tiny", {{"data.tokenizer", "char"}});
  EXPECT_THAT(plan.assumptions.front(), HasSubstr("each token more adds 64 parameters"));
}

TEST(Plan, RefusesWhatIsNoModelAndSettingsOfAPublishedOne) {
  EXPECT_THAT(PlanByName("paper-4b", {}).error().message, HasSubstr("paper-4b"));
  const std::vector<Setting> settings = {{"model.blocks", "3"}};
  EXPECT_THAT(PlanByName("paper-3b", settings).error().message, HasSubstr("model.blocks"));
}

}  // namespace
}  // namespace mhc
