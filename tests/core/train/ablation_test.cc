#include "core/train/ablation.h"

#include "train_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = AblationKind;

class AblationTest : public testing::Test {
 protected:
  // Away from its start, so that every part is at work.
  static std::unique_ptr<Trainer> MakeTrainer(const std::vector<Setting>& more = {}) {
    auto trainer = MakeFreshTrainer(more);
    Perturb(*trainer);
    return trainer;
  }
  static std::unique_ptr<Trainer> MakeFreshTrainer(const std::vector<Setting>& more = {}) {
    return std::make_unique<Trainer>(TinyConfiguration(more), kVocabulary, torch::kCPU);
  }
  double Delta(Trainer& trainer, const Ablation& ablation) const {
    const AblationStudy study = Ablate(trainer, batches_, std::vector{ablation});
    const AblationOutcome& outcome = study.interventions.at(0);
    EXPECT_EQ(outcome.delta, outcome.loss - study.baseline_loss);
    return outcome.delta;
  }

  const Configuration configuration_ = TinyConfiguration();
  const std::vector<Batch> batches_ = {RandomBatch(configuration_, 1),
                                       RandomBatch(configuration_, 2)};
};

TEST_F(AblationTest, MapsThatAreTheIdentityAlreadyLoseNothingByIt) {
  // A sum over the streams is the same however they are mixed.
  const auto trainer =
      MakeTrainer({{"mixing.constraint", "identity"}, {"model.readout", "learned"}});
  EXPECT_EQ(Delta(*trainer, {Kind::kResIdentity, {0, 1}, {}}), 0.0);
  EXPECT_NE(Delta(*trainer, {Kind::kResUniform, {0, 1}, {}}), 0.0);
}

TEST_F(AblationTest, MapsThatDoNotDependOnTheTokenAreTheirMean) {
  const auto fixed = MakeTrainer({{"mixing.dynamic", "false"}});
  EXPECT_EQ(Delta(*fixed, {Kind::kResTokenMean, {0, 1}, {}}), 0.0);
  EXPECT_NE(Delta(*fixed, {Kind::kResIdentity, {0, 1}, {}}), 0.0);
  EXPECT_NE(Delta(*MakeTrainer(), {Kind::kResTokenMean, {0, 1}, {}}), 0.0);
}

TEST_F(AblationTest, TheTokenMeanIsThatOfAllTokensWithoutAnyIntervention) {
  const auto trainer = MakeTrainer();
  const Batch all = {torch::cat({batches_[0].inputs_BT, batches_[1].inputs_BT}),
                     torch::cat({batches_[0].targets_BT, batches_[1].targets_BT})};
  const ForwardTrace trace = trainer->Trace(all);
  ForwardHooks hooks;
  hooks.res = [&](std::int64_t site, const at::Tensor&) {
    return trace.sites[site].res_BTNN.mean(torch::IntArrayRef{0, 1});
  };
  const double expected = trainer->Evaluate(std::vector{all}, &hooks);
  const AblationStudy study =
      Ablate(*trainer, batches_, std::vector<Ablation>{{Kind::kResTokenMean, {0, 1}, {}}});
  EXPECT_NEAR(study.interventions[0].loss, expected, 1e-6);
}

// Streams that are equal, as at the start, are their own mean, and full mixing leaves them so.
TEST_F(AblationTest, EqualStreamsLoseNothingByFullMixing) {
  const auto trainer = MakeFreshTrainer({{"mixing.constraint", "identity"}});
  EXPECT_NEAR(Delta(*trainer, {Kind::kResUniform, {0, 1}, {}}), 0.0, 1e-6);
  EXPECT_NEAR(Delta(*trainer, {Kind::kStreamMean, {0, 1}, 2}), 0.0, 1e-6);
  const auto apart = MakeTrainer({{"mixing.constraint", "identity"}});
  EXPECT_GT(std::abs(Delta(*apart, {Kind::kStreamMean, {0, 1}, 2})), 1e-4);
}

TEST_F(AblationTest, EveryStreamThatIsZeroedChangesTheLossAtTheSitesThatWereNamed) {
  const auto trainer = MakeTrainer();
  for (std::int64_t stream = 0; stream < 4; ++stream) {
    const double both = Delta(*trainer, {Kind::kStreamZero, {0, 1}, stream});
    const double first = Delta(*trainer, {Kind::kStreamZero, {0}, stream});
    const double last = Delta(*trainer, {Kind::kStreamZero, {1}, stream});
    EXPECT_GT(std::abs(both), 1e-4);
    EXPECT_GT(std::abs(first), 1e-4);
    EXPECT_GT(std::abs(last), 1e-4);
    EXPECT_NE(both, first);
    EXPECT_NE(both, last);
  }
}

// A hook that zeroes it says what must come out.
TEST_F(AblationTest, AZeroedStreamIsZeroForMapsReadAndMix) {
  const auto trainer = MakeTrainer();
  ForwardHooks hooks;
  hooks.streams = [](std::int64_t, const at::Tensor& x) {
    const at::Tensor kept = torch::tensor({1.0f, 0.0f, 1.0f, 1.0f}).view({4, 1});
    return x * kept;
  };
  const double expected = trainer->Evaluate(batches_, &hooks);
  EXPECT_NEAR(Delta(*trainer, {Kind::kStreamZero, {0, 1}, 1}),
              expected - trainer->Evaluate(batches_, nullptr), 1e-6);
}

TEST_F(AblationTest, ChangesNothingOfTheTrainer) {
  const auto trainer = MakeTrainer();
  const NamedTensors parameters = Parameters(*trainer), moments = Moments(*trainer);
  const double loss = trainer->Evaluate(batches_, nullptr);
  const AblationStudy study =
      Ablate(*trainer, batches_, AblationsAt(std::vector<std::int64_t>{0, 1}, 4, true));
  EXPECT_EQ(study.baseline_loss, loss);
  EXPECT_EQ(trainer->Evaluate(batches_, nullptr), loss);
  EXPECT_THAT(Differing(parameters, Parameters(*trainer)), IsEmpty());
  EXPECT_THAT(Differing(moments, Moments(*trainer)), IsEmpty());
}

std::vector<std::string> Texts(const std::vector<Ablation>& ablations) {
  std::vector<std::string> texts;
  for (const Ablation& ablation : ablations) {
    std::string text(Name(ablation.kind));
    if (ablation.stream) text += fmt::format(" {}", *ablation.stream);
    text += " at";
    for (const std::int64_t site : ablation.sites) text += fmt::format(" {}", site);
    texts.push_back(text);
  }
  return texts;
}

TEST(AblationsAt, TakesEveryStreamAndTheHalvesOfTheSites) {
  const std::vector<std::int64_t> sites = {1, 2, 5};
  EXPECT_THAT(
      Texts(AblationsAt(sites, 2, false)),
      ElementsAre("stream_zero 0 at 1 2 5", "stream_zero 1 at 1 2 5", "stream_mean 0 at 1 2 5",
                  "stream_mean 1 at 1 2 5", "res_identity at 1 2 5", "res_identity at 1 2",
                  "res_identity at 5", "res_uniform at 1 2 5", "res_uniform at 1 2",
                  "res_uniform at 5", "res_token_mean at 1 2 5", "res_token_mean at 1 2",
                  "res_token_mean at 5"));
}

TEST(AblationsAt, SingleSitesAreAddedAndNoneComesTwice) {
  for (const std::vector<std::int64_t>& sites :
       std::vector<std::vector<std::int64_t>>{{3}, {0, 1}, {0, 1, 2}, {0, 1, 2, 3}}) {
    std::vector<std::string> texts = Texts(AblationsAt(sites, 2, true));
    std::sort(texts.begin(), texts.end());
    EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end()) << sites.size();
    for (const std::int64_t site : sites) {
      for (const char* what : {"stream_zero 1", "stream_mean 0", "res_token_mean"}) {
        EXPECT_THAT(texts, testing::Contains(fmt::format("{} at {}", what, site)));
      }
    }
  }
}

}  // namespace
}  // namespace mhc
