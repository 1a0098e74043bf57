// Every constraint in live training: switched to and from another, with the state that one has.
#include <cmath>

#include "core/manifold/constraints/harmonized.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/manifold/matrix_fit.h"
#include "core/train/constraint_transfer.h"
#include "core/train/mixing_measures.h"
#include "core/train/probe.h"
#include "experiment_fixture.h"

namespace mhc {
namespace {

using testing::Each;
using testing::HasSubstr;

const auto kIsFinite = testing::Truly([](double value) { return std::isfinite(value); });

std::vector<std::string> OtherConstraints() {
  std::vector<std::string> names;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    if (constraint.name != "sinkhorn") names.push_back(constraint.name);
  }
  return names;
}

class ConstraintSwitchTest : public ExperimentTest {};

TEST_F(ConstraintSwitchTest, ToEachAndBackToSinkhornKeepsALiveRunFinite) {
  const std::vector<std::string> names = OtherConstraints();
  Script script;
  std::int64_t step = 1;
  for (const std::string& name : names) {
    script.push_back({step++, "constraint", name});
    script.push_back({step, "constraint", "sinkhorn", std::nullopt, "blend(2)"});
    step += 3;  // two steps of both maps, one of the new one alone
  }
  const std::int64_t steps = step + 1;
  EXPECT_EQ(StartAndRun("run", {{"train.steps", std::to_string(steps)}}, script),
            RunState::kFinished);
  for (std::size_t k = 0; k < script.size(); ++k) {
    const Intervention outcome = Outcome("run", ids_[k]);
    EXPECT_TRUE(outcome.applied) << *script[k].value << ": " << outcome.reason;
    ASSERT_TRUE(outcome.unmatched.has_value());
    EXPECT_TRUE(std::isfinite(*outcome.unmatched)) << *script[k].value;
  }
  EXPECT_EQ(Column("run", "loss").size(), static_cast<std::size_t>(steps));
  for (const char* column : {"loss", "gradient_norm", "composite_forward_gain", "row_error"}) {
    EXPECT_THAT(Column("run", column), Each(kIsFinite)) << column;
  }
  EXPECT_THAT(Column("run", "skipped"), Each(0.0));
}

// Most maps have no logits there, and H = 1; a few need more streams and say so.
TEST_F(ConstraintSwitchTest, OfOneStreamEachIsAppliedOrRefusedAndTheRunGoesOn) {
  Script script;
  std::int64_t step = 1;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    if (!constraint.allows(1)) {
      const auto request = MakeRequest(ConfigurationOf({{"model.streams", "1"}}), "constraint",
                                       constraint.name, std::nullopt, std::nullopt);
      ASSERT_FALSE(request) << constraint.name;
      EXPECT_THAT(request.error().message, HasSubstr("streams"));
      continue;
    }
    for (const char* transfer : {"match_matrix", "blend(2)", "keep_logits"}) {
      script.push_back({step, "constraint", constraint.name, std::nullopt, transfer});
      step += 3;
    }
  }
  EXPECT_EQ(StartAndRun("run", {{"model.streams", "1"}, {"train.steps", std::to_string(step + 2)}},
                        script),
            RunState::kFinished);
  for (std::size_t k = 0; k < script.size(); ++k) {
    const Intervention outcome = Outcome("run", ids_[k]);
    EXPECT_TRUE(outcome.applied) << *script[k].value << ": " << outcome.reason;
    EXPECT_TRUE(std::isfinite(outcome.matrix_jump.value_or(0.0))) << *script[k].value;
  }
  EXPECT_THAT(Column("run", "skipped"), Each(0.0));
}

TEST_F(ConstraintSwitchTest, ARunOfOneStreamStartsWithEachOrIsRefusedInASentence) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const std::vector<Setting> settings = {{"data.source", source_.string()},
                                           {"model.streams", "1"},
                                           {"mixing.constraint", constraint.name},
                                           {"train.steps", "3"}};
    const auto configuration = LoadConfiguration("tiny", settings);
    ASSERT_EQ(configuration.has_value(), constraint.allows(1)) << constraint.name;
    if (!configuration) {
      EXPECT_THAT(configuration.error().message, HasSubstr("streams")) << constraint.name;
      continue;
    }
    EXPECT_EQ(StartAndRun(constraint.name, settings), RunState::kFinished);
    EXPECT_THAT(Column(constraint.name, "loss"), Each(kIsFinite)) << constraint.name;
  }
}

// A map that keeps sums has no gradient where all streams are equal, as at the first site, nor
// where all their gradients are, as before the readout's sum, nor before the write maps have parted
// the streams: two blocks, and the third step.
TEST_F(ConstraintSwitchTest, OfARunThatStartsWithEachTrainsItsLogits) {
  for (const std::string& name : OtherConstraints()) {
    StartAndRun(name, {{"mixing.constraint", name}, {"model.blocks", "2"}, {"train.steps", "3"}});
    EXPECT_THAT(Column(name, "loss"), Each(kIsFinite)) << name;
    if (name == "identity") continue;
    EXPECT_GT(Column(name, "mixing_logits_gradient_norm").back(), 1e-9) << name;
  }
}

TEST(EveryTransfer, BetweenAllPairsReportsTheFitOfTheTokenMean) {
  const Configuration configuration = TinyConfiguration();
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer);
  const Batch batch = RandomBatch(configuration, 55);
  const auto change = [&](const std::string& name) {
    const SiteMeans means = Probe(configuration).Means(trainer.Trace(batch));
    const ConstraintChoice choice = Must(ParseConstraint(name));
    const Transfer match{Transfer::Kind::kMatchMatrix, 0};
    Must(CheckConstraintChange(trainer.model(), {}, choice, match, 4));
    const ConstraintChange done = ChangeConstraint(trainer.model(), {}, choice, match, means, 1);
    trainer.optimizer().Rebuild();
    return std::pair(done, means);
  };
  for (const MixingConstraint& from : MixingConstraints()) {
    for (const MixingConstraint& to : MixingConstraints()) {
      SCOPED_TRACE(from.name + " to " + to.name);
      change(from.name);
      const auto [done, means] = change(to.name);
      const SiteMeans after = Probe(configuration).Means(trainer.Trace(batch));
      // The static logits are float32, and only site 0 still sees the same streams.
      const double moved = (after[0].res_NN - means[0].res_NN).norm().item<double>();
      EXPECT_NEAR(done.unmatched_by_site[0], moved, 2e-5);
      EXPECT_TRUE(after[1].res_NN.isfinite().all().item<bool>());
    }
  }
}

// --- the scale of `harmonized`

std::vector<Setting> Harmonized(const std::string& options) {
  return {{"mixing.constraint", "harmonized:" + options}, {"mixing.alpha", "1"}};
}

TEST_F(ConstraintSwitchTest, AHarmonizedScaleFollowsTheGainOfTheComposite) {
  const Configuration configuration =
      TinyConfiguration(Harmonized("target=0.8,exponent=0.1,ema=0.75,s_min=0.2"));
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer, 7, 0.5);
  double scale = 1.0, mean = 0.0;
  for (int step = 1; step <= 8; ++step) {
    ForwardTrace trace;
    const StepOutcome outcome = trainer.Step(RandomBatch(configuration, step), 1e-2, &trace);
    EXPECT_EQ(outcome.harmonized_scale, scale) << "the one that the step ran with";
    // By hand: mean over all tokens of the largest row sum of magnitudes of H_2 H_1.
    double gain = 0.0;
    const at::Tensor product = trace.sites[1]
                                   .res_BTNN.to(torch::kFloat64)
                                   .matmul(trace.sites[0].res_BTNN.to(torch::kFloat64))
                                   .flatten(0, 1)
                                   .contiguous();
    for (std::int64_t t = 0; t < product.size(0); ++t) {
      gain += NormInf(Eigen::Map<const Matrix>(product[t].data_ptr<double>(), 4, 4));
    }
    gain /= static_cast<double>(product.size(0));
    mean = step == 1 ? gain : 0.75 * mean + 0.25 * gain;
    scale = std::clamp(scale * std::pow(0.8 / mean, 0.1), 0.2, 1.0);
    for (const HyperConnection& site : trainer.model()->sites) {
      EXPECT_NEAR(site->constraint().options.Number("scale"), scale, 1e-12);
      EXPECT_NEAR(site->mixer->mean_gain, mean, 1e-12);
    }
    scale = trainer.model()->sites[0]->constraint().options.Number("scale");
  }
  EXPECT_LT(scale, 0.9);
  EXPECT_GT(scale, 0.2);
}

TEST(HarmonizedScale, StaysWithinItsBoundsAndComesBackFromAnOverflow) {
  ConstraintOptions options = Must(ParseConstraint("harmonized:s_min=0.1")).options;
  EXPECT_EQ(UpdateHarmonized(options, std::nan(""), 3.0).scale, 1.0) << "never above 1";
  EXPECT_EQ(UpdateHarmonized(options, std::nan(""), 12.0 * 4.0).scale, 0.5);
  for (const double gain : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const HarmonizedUpdate update = UpdateHarmonized(options, 5.0, gain);
    EXPECT_EQ(update.scale, 0.1);
    EXPECT_TRUE(std::isfinite(update.mean_gain));
  }
  EXPECT_EQ(UpdateHarmonized(options, std::nan(""), 0.0).scale, 1.0);
  EXPECT_LT(UpdateHarmonized(options, 1e100, 1.0).mean_gain, 1e8) << "of a run before the bound";
}

// The default options: s_min = 0, from which a product would not come back.
TEST(HarmonizedScale, IsOneAgainAfterAnOverflowAtSomeStep) {
  ConstraintOptions options = Must(ParseConstraint("harmonized")).options;
  double mean = 1.0;
  const auto follow = [&](double gain) {
    const HarmonizedUpdate update = UpdateHarmonized(options, mean, gain);
    mean = update.mean_gain;
    options.Set("scale", update.scale);
    return update.scale;
  };
  for (int step = 0; step < 50; ++step) follow(std::numeric_limits<double>::infinity());
  EXPECT_EQ(options.Number("scale"), 1e-6);
  int steps = 1;
  while (follow(1.0) < 1.0 && steps < 1000) ++steps;
  EXPECT_LT(steps, 200);
}

TEST_F(ConstraintSwitchTest, AHarmonizedScaleIsRecordedAndResumedBitForBit) {
  std::vector<Setting> settings = Harmonized("target=0.9");
  settings.push_back({"train.checkpoint_every", "4"});
  StartAndRun("straight", settings);
  StartAndRun("stopped", settings, {}, 7);
  EXPECT_EQ(ResumeAndRun("stopped"), RunState::kFinished);
  ExpectSameRun("straight", "stopped", 20);
  EXPECT_EQ(Column("straight", "harmonized_scale"), Column("stopped", "harmonized_scale"));
  const std::vector<double> scales = Column("straight", "harmonized_scale");
  EXPECT_EQ(scales.front(), 1.0);
  EXPECT_LT(scales.back(), 0.9);
  const SiteState a = StateOf("straight", 20).sites[0], b = StateOf("stopped", 20).sites[0];
  EXPECT_EQ(a.constraint, b.constraint);
  EXPECT_EQ(a.mean_gain, b.mean_gain);
  EXPECT_THAT(a.constraint, HasSubstr("scale=0."));
}

TEST_F(ConstraintSwitchTest, AHarmonizedScaleDoesNotHangOnWhatIsProbed) {
  const auto run = [&](const std::string& name, const std::string& every) {
    std::vector<Setting> settings = Harmonized("target=0.9");
    settings.insert(settings.end(), {{"probe.every", every}, {"probe.tokens", every}});
    StartAndRun(name, settings);
  };
  run("often", "1");
  run("seldom", "7");
  ExpectSameRun("often", "seldom", 20);
  EXPECT_EQ(StateOf("often", 20).sites[0].constraint, StateOf("seldom", 20).sites[0].constraint);
}

TEST_F(ConstraintSwitchTest, AHarmonizedScaleGoesOnThroughAChangeToItself) {
  StartAndRun("run", Harmonized("target=0.9"),
              {{10, "constraint", "harmonized:target=0.8", std::nullopt, "keep_logits"},
               {15, "constraint", "harmonized:target=0.7"}});
  const std::vector<double> scales = Column("run", "harmonized_scale");
  for (const std::size_t at : {10u, 15u}) {
    EXPECT_LT(scales[at - 1], 0.97);
    EXPECT_NEAR(scales[at] / scales[at - 1], 1.0, 0.15) << "no jump back to 1";
  }
  for (const std::string& id : ids_) EXPECT_LT(*Outcome("run", id).matrix_jump, 1e-5);
}

TEST_F(ConstraintSwitchTest, AHarmonizedScaleThatIsAskedForIsTaken) {
  StartAndRun("run", Harmonized("target=100"),
              {{5, "constraint", "harmonized:target=0.01,exponent=0.01,scale=0.5"},
               {10, "constraint", "harmonized:s_min=0.2,target=100,scale=0.25", std::nullopt,
                "keep_logits"}});
  const std::vector<double> scales = Column("run", "harmonized_scale");
  EXPECT_EQ(scales[4], 1.0);
  EXPECT_EQ(scales[5], 0.5);
  EXPECT_LT(scales[6], 0.5);
  EXPECT_EQ(scales[10], 0.25);
}

TEST_F(ConstraintSwitchTest, AMeanGainThatNoRunHasIsRefused) {
  StartAndRun("run", Harmonized("target=0.9"), {}, 3);
  const auto state = CheckpointOf("run", 3) / "state.json";
  std::string text = Read(state);
  const auto at = text.find("\"mean_gain\": ");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string("\"mean_gain\": ").size(), "\"mean_gain\": -");
  std::ofstream(state) << text;
  NoteChecksums(CheckpointOf("run", 3));
  const OpenFolder checkpoint = Must(OpenFolder::Open(CheckpointOf("run", 3)));
  EXPECT_THAT(ReadTrainingState(checkpoint, 3).error().message, HasSubstr("mean_gain"));
}

}  // namespace
}  // namespace mhc
