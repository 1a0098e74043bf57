#include "core/train/trainer.h"

#include <cmath>
#include <limits>

#include "train_fixture.h"

namespace mhc {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr float kNanWeight = std::numeric_limits<float>::quiet_NaN();

// Every test has two of them: what was done to one is held against the other.
class TrainerTest : public testing::Test {
 protected:
  TrainerTest() : trainer_(configuration_, kVocabulary, torch::kCPU) { Perturb(trainer_); }

  static std::unique_ptr<Trainer> Twin(const std::vector<Setting>& more = {}) {
    auto twin = std::make_unique<Trainer>(TinyConfiguration(more), kVocabulary, torch::kCPU);
    Perturb(*twin);
    return twin;
  }
  Batch BatchOf(int step) const { return RandomBatch(configuration_, 100 + step); }
  static double SquareOf(const at::Tensor& gradient) {
    return gradient.to(torch::kFloat64).square().sum().item<double>();
  }

  Configuration configuration_ = TinyConfiguration();
  Trainer trainer_;
};

TEST_F(TrainerTest, AStepThatIsNotFiniteChangesNoParameterAndNoMoment) {
  for (const char* poisoned : {"head.weight", "sites.1.res.predictor.bias", "norm.weight"}) {
    TrainSteps(trainer_, configuration_, 1, 2);
    at::Tensor parameter = ParameterOf(trainer_, poisoned);
    const float good = parameter.flatten()[0].item<float>();
    {
      torch::NoGradGuard no_grad;
      parameter.flatten()[0].fill_(kNanWeight);
    }
    const NamedTensors parameters = Parameters(trainer_), moments = Moments(trainer_);
    const StepOutcome outcome = trainer_.Step(BatchOf(3), 1e-2, nullptr);
    EXPECT_FALSE(outcome.finite) << poisoned;
    EXPECT_TRUE(std::isnan(outcome.loss)) << poisoned;
    EXPECT_THAT(Differing(parameters, Parameters(trainer_)), IsEmpty()) << poisoned;
    EXPECT_THAT(Differing(moments, Moments(trainer_)), IsEmpty()) << poisoned;
    torch::NoGradGuard no_grad;
    parameter.flatten()[0].fill_(good);
  }
}

// The loss does not see the fifth row of the embedding's gradient; the guard must.
TEST_F(TrainerTest, AGradientThatIsNotFiniteIsSeenWhereTheLossIsFinite) {
  ParameterOf(trainer_, "norm.weight").register_hook([](const at::Tensor& gradient) {
    return gradient * std::numeric_limits<float>::infinity();
  });
  const NamedTensors parameters = Parameters(trainer_);
  const StepOutcome outcome = trainer_.Step(BatchOf(1), 1e-2, nullptr);
  EXPECT_TRUE(std::isfinite(outcome.loss));
  EXPECT_FALSE(outcome.finite);
  EXPECT_THAT(Differing(parameters, Parameters(trainer_)), IsEmpty());
  EXPECT_THAT(Moments(trainer_), IsEmpty());
}

TEST_F(TrainerTest, AfterASkippedStepTrainingGoesOnAsIfItHadNotBeen) {
  const auto twin = Twin();
  TrainSteps(trainer_, configuration_, 1, 2);
  TrainSteps(*twin, configuration_, 1, 2);
  at::Tensor first = ParameterOf(trainer_, "head.weight").flatten()[0];
  const float good = first.item<float>();
  const auto set = [&](float value) {
    torch::NoGradGuard no_grad;
    first.fill_(value);
  };
  set(kNanWeight);
  EXPECT_FALSE(trainer_.Step(BatchOf(50), 1e-2, nullptr).finite);
  set(good);
  TrainSteps(trainer_, configuration_, 3, 5);
  TrainSteps(*twin, configuration_, 3, 5);
  EXPECT_THAT(Differing(Parameters(trainer_), Parameters(*twin)), IsEmpty());
  EXPECT_THAT(Differing(Moments(trainer_), Moments(*twin)), IsEmpty());
}

TEST_F(TrainerTest, ClippingScalesTheAppliedGradientToItsBound) {
  const auto clipped = Twin({{"train.clip", "0.01"}}), free = Twin({{"train.clip", "0"}});
  const StepOutcome outcome = clipped->Step(BatchOf(1), 1e-2, nullptr);
  const StepOutcome unclipped = free->Step(BatchOf(1), 1e-2, nullptr);
  EXPECT_TRUE(outcome.clipped);
  EXPECT_FALSE(unclipped.clipped);
  EXPECT_EQ(outcome.gradient_norm, unclipped.gradient_norm);
  ASSERT_GT(outcome.gradient_norm, 0.1);
  double square = 0.0;
  for (const NamedParameter& parameter : clipped->optimizer().parameters()) {
    const at::Tensor applied = parameter.tensor.grad();
    const at::Tensor expected =
        ParameterOf(*free, parameter.name).grad() * (0.01 / outcome.gradient_norm);
    EXPECT_TRUE(torch::allclose(applied, expected, 1e-5, 1e-12)) << parameter.name;
    square += SquareOf(applied);
  }
  EXPECT_NEAR(std::sqrt(square), 0.01, 1e-7);
}

TEST_F(TrainerTest, AGradientBelowTheBoundIsNotTouched) {
  const auto bounded = Twin({{"train.clip", "1e6"}}), free = Twin({{"train.clip", "0"}});
  EXPECT_FALSE(bounded->Step(BatchOf(1), 1e-2, nullptr).clipped);
  free->Step(BatchOf(1), 1e-2, nullptr);
  EXPECT_THAT(Differing(Parameters(*bounded), Parameters(*free)), IsEmpty());
}

TEST_F(TrainerTest, TracingChangesNoBitOfTheSteps) {
  const auto twin = Twin();
  for (int step = 1; step <= 6; ++step) {
    ForwardTrace trace;
    trace.in_detail = step > 2;
    if (step > 4) trace.clock = std::make_shared<PartClock>(torch::kCPU);
    const StepOutcome traced = trainer_.Step(BatchOf(step), 1e-2, &trace);
    const StepOutcome plain = twin->Step(BatchOf(step), 1e-2, nullptr);
    EXPECT_EQ(traced.loss, plain.loss);
    EXPECT_EQ(traced.gradient_norm, plain.gradient_norm);
    EXPECT_THAT(trace.sites, SizeIs(2));
  }
  EXPECT_THAT(Differing(Parameters(trainer_), Parameters(*twin)), IsEmpty());
  EXPECT_THAT(Differing(Moments(trainer_), Moments(*twin)), IsEmpty());
}

TEST_F(TrainerTest, GradientNormsAreThoseOfTheGradients) {
  const auto free = Twin({{"train.clip", "0"}});
  const StepOutcome outcome = free->Step(BatchOf(1), 1e-2, nullptr);
  double all = 0.0, mixing = 0.0, logits = 0.0, pre_1 = 0.0, post_0 = 0.0, res_1 = 0.0;
  for (const NamedParameter& parameter : free->optimizer().parameters()) {
    const double square = SquareOf(parameter.tensor.grad());
    const std::string& name = parameter.name;
    all += square;
    if (IsMixingParameter(name)) mixing += square;
    if (name.find(".res.") != std::string::npos) logits += square;
    if (name.starts_with("sites.1.pre.")) pre_1 += square;
    if (name.starts_with("sites.0.post.")) post_0 += square;
    // Of the second: streams that start equal leave the mixing of the first without a gradient.
    if (name.starts_with("sites.1.res.")) res_1 += square;
  }
  const auto near = [](double found, double square) {
    EXPECT_GT(square, 0.0);
    EXPECT_NEAR(found, std::sqrt(square), 1e-5 * std::sqrt(square));
  };
  near(outcome.gradient_norm, all);
  near(outcome.mixing_gradient_norm, mixing);
  near(outcome.mixing_logits_gradient_norm, logits);
  ASSERT_THAT(outcome.sites, SizeIs(2));
  near(outcome.sites[1].pre, pre_1);
  near(outcome.sites[0].post, post_0);
  near(outcome.sites[1].res, res_1);
}

TEST_F(TrainerTest, TheLossIsTheMeanCrossEntropyInNats) {
  const Batch batch = BatchOf(1);
  torch::NoGradGuard no_grad;
  const at::Tensor logits = trainer_.model()->Forward(batch.inputs_BT, nullptr).to(torch::kFloat64);
  const at::Tensor log_probabilities = logits - logits.logsumexp({-1}, /*keepdim=*/true);
  const double expected =
      -log_probabilities.gather(-1, batch.targets_BT.unsqueeze(-1)).mean().item<double>();
  torch::AutoGradMode with_gradients(true);
  EXPECT_NEAR(trainer_.Step(batch, 1e-2, nullptr).loss, expected, 1e-5);
}

TEST_F(TrainerTest, EvaluatingAndTracingChangeNothing) {
  const Configuration configuration = TinyConfiguration({{"train.batch", "512"}});
  const TokenData data = Must(TokenData::Load(configuration));
  Trainer trainer(configuration, data.vocabulary(), torch::kCPU);
  trainer.Step(data.TrainingBatch(0), 1e-2, nullptr);
  const NamedTensors parameters = Parameters(trainer), moments = Moments(trainer);
  const double loss = trainer.Evaluate(data);
  EXPECT_EQ(trainer.Evaluate(data), loss);
  const ForwardTrace trace = trainer.Trace(data.TrainingBatch(1));
  EXPECT_FALSE(trace.sites[0].res_BTNN.requires_grad());
  EXPECT_THAT(Differing(parameters, Parameters(trainer)), IsEmpty());
  EXPECT_THAT(Differing(moments, Moments(trainer)), IsEmpty());
}

// The last batch of the validation part is smaller; it must not weigh as much as the others.
TEST_F(TrainerTest, TheValidationLossIsTheMeanOverTokens) {
  const Configuration configuration = TinyConfiguration({{"train.batch", "700"}});
  const TokenData data = Must(TokenData::Load(configuration));
  Trainer trainer(configuration, data.vocabulary(), torch::kCPU);
  Perturb(trainer);
  ASSERT_NE(data.ValidationBatch(data.ValidationBatches() - 1).inputs_BT.size(0), 700);
  std::vector<at::Tensor> inputs, targets;
  for (std::int64_t i = 0; i < data.ValidationBatches(); ++i) {
    inputs.push_back(data.ValidationBatch(i).inputs_BT);
    targets.push_back(data.ValidationBatch(i).targets_BT);
  }
  torch::NoGradGuard no_grad;
  const at::Tensor logits = trainer.model()->Forward(torch::cat(inputs), nullptr);
  const at::Tensor expected =
      torch::nn::functional::cross_entropy(logits.flatten(0, 1), torch::cat(targets).flatten());
  EXPECT_NEAR(trainer.Evaluate(data), expected.item<double>(), 1e-5);
}

}  // namespace
}  // namespace mhc
