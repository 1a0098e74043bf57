#include "core/train/optimizer.h"

#include <cmath>

#include "train_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kLearningRate = 1e-2;

const std::vector<Setting> kEveryPart = {{"model.expand", "scaled"}, {"model.readout", "learned"}};

void SetGradients(Trainer& trainer, const std::function<at::Tensor(const at::Tensor&)>& gradient) {
  for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
    at::Tensor t = parameter.tensor;
    t.mutable_grad() = gradient(t.detach());
  }
}

// What one step of zero gradients leaves of each parameter: 1 − learning rate · decay, or 1.
std::map<std::string, bool> DecayedBy(const Configuration& configuration) {
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer);
  const NamedTensors before = Parameters(trainer);
  SetGradients(trainer, [](const at::Tensor& t) { return torch::zeros_like(t); });
  trainer.optimizer().Step(kLearningRate);
  const double kept = 1 - kLearningRate * configuration.train.weight_decay;
  std::map<std::string, bool> decayed;
  for (const auto& [name, after] : Parameters(trainer)) {
    decayed[name] = !after.equal(before.at(name));
    const at::Tensor expected = before.at(name) * (decayed[name] ? kept : 1.0);
    EXPECT_TRUE(torch::allclose(after, expected, 1e-6, 1e-9)) << name;
  }
  return decayed;
}

Configuration WithDecay(const std::string& mixing) {
  std::vector<Setting> settings = kEveryPart;
  settings.push_back({"mixing.weight_decay", mixing});
  return TinyConfiguration(settings);
}

TEST(Optimizer, DecaysTheWeightMatricesAndNoMixingParameterByDefault) {
  const auto decayed = DecayedBy(TinyConfiguration(kEveryPart));
  for (const auto& [name, is_decayed] : decayed) {
    const bool is_norm = name.find("norm") != std::string::npos;
    EXPECT_EQ(is_decayed, !IsMixingParameter(name) && !is_norm) << name;
  }
  EXPECT_TRUE(decayed.at("embedding.weight"));
  EXPECT_FALSE(decayed.at("sites.0.res.predictor.phi"));
  EXPECT_FALSE(decayed.at("readout.phi"));
  EXPECT_FALSE(decayed.at("expansion_scale"));
}

TEST(Optimizer, DecaysOnlyTheTokenDependentPartWhereAsked) {
  for (const auto& [name, is_decayed] : DecayedBy(WithDecay("dynamic"))) {
    if (IsMixingParameter(name)) {
      EXPECT_EQ(is_decayed, name.ends_with(".phi") || name.ends_with(".alpha")) << name;
    }
  }
}

TEST(Optimizer, DecaysEveryMixingParameterWhereAsked) {
  for (const auto& [name, is_decayed] : DecayedBy(WithDecay("all"))) {
    if (IsMixingParameter(name)) {
      EXPECT_TRUE(is_decayed) << name;
    }
  }
}

TEST(Optimizer, TakesDecayAndScaleOfASingleSiteFromItsTable) {
  const Configuration whole = TinyConfiguration();
  const Configuration configuration = Must(
      ParseConfiguration(ToToml(whole) + "[[mixing.site]]\nsites = [1]\nweight_decay = \"all\"\n"
                                         "learning_rate_scale = 0.5\n",
                         "test", {}));
  for (const auto& [name, is_decayed] : DecayedBy([&] {
         // The scale would hide the decay's size; it has its own test.
         Configuration unscaled = configuration;
         unscaled.site_overrides[0].settings.learning_rate_scale = 1.0;
         return unscaled;
       }())) {
    if (IsMixingParameter(name)) {
      EXPECT_EQ(is_decayed, name.starts_with("sites.1.")) << name;
    }
  }
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  const NamedTensors before = Parameters(trainer);
  SetGradients(trainer, [](const at::Tensor& t) { return torch::ones_like(t); });
  trainer.optimizer().Step(kLearningRate);
  const auto moved = [&](const std::string& name) {
    return (before.at(name) - ParameterOf(trainer, name)).abs().max().item<double>();
  };
  EXPECT_NEAR(moved("sites.0.post.bias"), kLearningRate, 1e-6);
  EXPECT_NEAR(moved("sites.1.post.bias"), kLearningRate / 2, 1e-6);
}

// The first step of AdamW moves every number by the learning rate, whatever its gradient.
TEST(Optimizer, MovesMixingParametersAtTheirScaleOfTheLearningRate) {
  for (const double scale : {0.0, 0.1, 3.0}) {
    std::vector<Setting> settings = kEveryPart;
    settings.push_back({"mixing.learning_rate_scale", fmt::format("{}", scale)});
    settings.push_back({"train.weight_decay", "0"});
    Trainer trainer(TinyConfiguration(settings), kVocabulary, torch::kCPU);
    const NamedTensors before = Parameters(trainer);
    SetGradients(trainer, [](const at::Tensor& t) { return torch::full_like(t, 0.3); });
    trainer.optimizer().Step(kLearningRate);
    for (const auto& [name, after] : Parameters(trainer)) {
      const double expected = kLearningRate * (IsMixingParameter(name) ? scale : 1.0);
      const double moved = (before.at(name) - after).abs().max().item<double>();
      EXPECT_NEAR(moved, expected, 2e-6) << name << " at scale " << scale;
    }
  }
}

struct Reference {
  at::Tensor value, average, square;  // float64
};

TEST(Optimizer, FollowsTheFormulaOfAdamW) {
  const Configuration configuration = TinyConfiguration({{"mixing.weight_decay", "all"},
                                                         {"mixing.learning_rate_scale", "2"},
                                                         {"train.betas", "[0.8, 0.9]"}});
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer);
  std::map<std::string, Reference> expected;
  for (const auto& [name, value] : Parameters(trainer)) {
    const at::Tensor wide = value.to(torch::kFloat64);
    expected[name] = {wide, torch::zeros_like(wide), torch::zeros_like(wide)};
  }
  for (int step = 1; step <= 5; ++step) {
    SetGradients(trainer, [](const at::Tensor& t) { return torch::randn_like(t); });
    for (const NamedParameter& parameter : trainer.optimizer().parameters()) {
      Reference& r = expected[parameter.name];
      const bool mixing = IsMixingParameter(parameter.name);
      const double decay = mixing || r.value.dim() >= 2 ? 0.1 : 0.0;
      const double rate = kLearningRate * step * (mixing ? 2.0 : 1.0);
      const at::Tensor g = parameter.tensor.grad().to(torch::kFloat64);
      r.average = 0.8 * r.average + 0.2 * g;
      r.square = 0.9 * r.square + 0.1 * g * g;
      const at::Tensor m = r.average / (1 - std::pow(0.8, step));
      const at::Tensor v = r.square / (1 - std::pow(0.9, step));
      r.value = r.value * (1 - rate * decay) - rate * m / (v.sqrt() + 1e-8);
    }
    trainer.optimizer().Step(kLearningRate * step);
  }
  for (const auto& [name, value] : Parameters(trainer)) {
    const at::Tensor difference = value.to(torch::kFloat64) - expected[name].value;
    EXPECT_LE(difference.abs().max().item<double>(), 2e-6) << name;
  }
}

TEST(Optimizer, RebuildKeepsTheMomentsOfParametersThatStay) {
  const Configuration configuration = TinyConfiguration();
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  TrainSteps(trainer, configuration, 1, 3);
  const NamedTensors before = Moments(trainer);
  const ConstraintChoice choice = Must(ParseConstraint("row_softmax"));
  trainer.model()->sites[0]->SetConstraint(choice, torch::zeros({16}), std::nullopt);
  trainer.optimizer().Rebuild();
  const NamedTensors after = Moments(trainer);
  for (const std::string& name : Differing(before, after)) {
    EXPECT_TRUE(name.starts_with("sites.0.res.")) << name;
    EXPECT_FALSE(after.contains(name)) << name;
  }
  EXPECT_EQ(after.size(), before.size() - 9);  // three moments of phi, alpha and bias

  TrainSteps(trainer, configuration, 4, 4);
  EXPECT_EQ(Moments(trainer).at("sites.0.res.predictor.bias.step").item<std::int64_t>(), 1);
  EXPECT_EQ(Moments(trainer).at("sites.1.res.predictor.bias.step").item<std::int64_t>(), 4);
}

TEST(Optimizer, AStateThatIsLoadedContinuesAsIfNothingHadHappened) {
  const Configuration configuration = TinyConfiguration();
  Trainer one(configuration, kVocabulary, torch::kCPU),
      two(configuration, kVocabulary, torch::kCPU);
  TrainSteps(one, configuration, 1, 3);
  {
    torch::NoGradGuard no_grad;
    for (const auto& [name, value] : Parameters(one)) ParameterOf(two, name).copy_(value);
  }
  Must(two.optimizer().Load(Moments(one)));
  EXPECT_THAT(Differing(Moments(one), Moments(two)), IsEmpty());
  TrainSteps(one, configuration, 4, 6);
  TrainSteps(two, configuration, 4, 6);
  EXPECT_THAT(Differing(Parameters(one), Parameters(two)), IsEmpty());
  EXPECT_THAT(Differing(Moments(one), Moments(two)), IsEmpty());
}

TEST(Optimizer, AStateBeforeTheFirstStepIsEmpty) {
  Trainer trainer(TinyConfiguration(), kVocabulary, torch::kCPU);
  EXPECT_THAT(trainer.optimizer().State(), IsEmpty());
  Must(trainer.optimizer().Load({}));
}

class OptimizerStateTest : public testing::Test {
 protected:
  OptimizerStateTest() : trainer_(configuration_, kVocabulary, torch::kCPU) {
    TrainSteps(trainer_, configuration_, 1, 1);
    state_ = Moments(trainer_);
  }
  std::string Refusal() {
    const Status status = trainer_.optimizer().Load(state_);
    return status ? "accepted" : status.error().message;
  }

  Configuration configuration_ = TinyConfiguration();
  Trainer trainer_;
  NamedTensors state_;
};

TEST_F(OptimizerStateTest, AnEntryThatLacksAPartIsNamed) {
  state_.erase("head.weight.exp_avg_sq");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("head.weight"), HasSubstr("only 2 of")));
}

TEST_F(OptimizerStateTest, AnEntryOfAnotherShapeIsNamed) {
  state_["head.weight.exp_avg"] = torch::zeros({3});
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("head.weight"), HasSubstr("another shape")));
}

TEST_F(OptimizerStateTest, AnUnknownEntryIsNamed) {
  state_["ghost.weight.exp_avg"] = torch::zeros({3});
  EXPECT_THAT(Refusal(), HasSubstr("ghost.weight"));
}

}  // namespace
}  // namespace mhc
