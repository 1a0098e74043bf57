#include "core/train/constraint_transfer.h"

#include "core/train/probe.h"
#include "train_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Transfer kKeep{Transfer::Kind::kKeepLogits, 0};
const Transfer kMatch{Transfer::Kind::kMatchMatrix, 0};

Transfer BlendOver(std::int64_t steps) { return {Transfer::Kind::kBlend, steps}; }

class ConstraintTransferTest : public testing::Test {
 protected:
  ConstraintTransferTest() : trainer_(configuration_, kVocabulary, torch::kCPU) {
    Perturb(trainer_);
    TrainSteps(trainer_, configuration_, 1, 2);
  }

  static ConstraintChoice Choice(const std::string& text) { return Must(ParseConstraint(text)); }
  HyperConnection& Site(std::size_t site) { return trainer_.model()->sites[site]; }
  ForwardTrace Trace() { return trainer_.Trace(batch_); }
  SiteMeans Means() { return Probe(configuration_).Means(Trace()); }

  Status Check(const std::string& constraint, const Transfer& transfer,
               const std::vector<std::int64_t>& sites = {}) {
    return CheckConstraintChange(trainer_.model(), sites, Choice(constraint), transfer, 4);
  }
  std::string Refusal(const std::string& constraint, const Transfer& transfer,
                      const std::vector<std::int64_t>& sites = {}) {
    const Status status = Check(constraint, transfer, sites);
    return status ? "accepted" : status.error().message;
  }
  ConstraintChange Change(const std::string& constraint, const Transfer& transfer,
                          const std::vector<std::int64_t>& sites = {}, std::int64_t finished = 10) {
    Must(Check(constraint, transfer, sites));
    const ConstraintChange change =
        ChangeConstraint(trainer_.model(), sites, Choice(constraint), transfer, Means(), finished);
    trainer_.optimizer().Rebuild();
    return change;
  }
  // The map of the site's static logits, by the oracle.
  Matrix StaticMap(std::size_t site) {
    std::vector<double> logits;
    const at::Tensor bias = Site(site)->mixer->predictor->bias;
    for (int k = 0; k < bias.numel(); ++k) logits.push_back(bias[k].item<double>());
    return MapLogits(Site(site)->constraint(), 4, logits);
  }
  static Matrix ToMatrix(const at::Tensor& t_NN) {
    const at::Tensor wide = t_NN.to(torch::kFloat64).contiguous();
    return Eigen::Map<const Matrix>(wide.data_ptr<double>(), 4, 4);
  }

  Configuration configuration_ = TinyConfiguration();
  Trainer trainer_;
  Batch batch_ = RandomBatch(configuration_, 55);
};

TEST_F(ConstraintTransferTest, KeepLogitsIsLegalOnlyWhereTheLogitsAreTheSame) {
  for (const MixingConstraint& from : MixingConstraints()) {
    if (!from.allows(4)) continue;
    Change(from.name, kMatch);
    for (const MixingConstraint& to : MixingConstraints()) {
      if (!to.allows(4)) continue;
      EXPECT_EQ(Check(to.name, kKeep).has_value(),
                SameLogits(Choice(from.name), Choice(to.name), 4))
          << from.name << " to " << to.name;
    }
  }
  Change("sinkhorn", kMatch);
  EXPECT_EQ(Refusal("row_softmax", kKeep), "accepted");
  EXPECT_THAT(Refusal("identity", kKeep),
              AllOf(HasSubstr("sinkhorn"), HasSubstr("identity"), HasSubstr("match_matrix")));
}

TEST_F(ConstraintTransferTest, KeepLogitsSendsTheSameLogitsThroughTheOtherMap) {
  const NamedTensors before = Parameters(trainer_), moments = Moments(trainer_);
  const at::Tensor logits = Trace().sites[0].logits_BTK;
  EXPECT_THAT(Change("row_softmax", kKeep).unmatched_by_site, ElementsAre(0.0, 0.0));
  EXPECT_THAT(Differing(before, Parameters(trainer_)), IsEmpty());
  EXPECT_THAT(Differing(moments, Moments(trainer_)), IsEmpty());
  const StreamMappings after = Trace().sites[0];
  EXPECT_TRUE(after.logits_BTK.equal(logits));
  EXPECT_TRUE(torch::allclose(after.res_BTNN, logits.view({2, 8, 4, 4}).softmax(-1), 1e-6, 1e-6));
}

TEST_F(ConstraintTransferTest, MatchMatrixReportsHowFarItsMapIsFromTheTokenMean) {
  for (const char* constraint : {"row_softmax", "identity", "unconstrained",
                                 "sinkhorn:iterations=1", "sinkhorn:transpose=true"}) {
    const SiteMeans before = Means();
    const ConstraintChange change = Change(constraint, kMatch);
    ASSERT_THAT(change.unmatched_by_site, SizeIs(2));
    for (std::size_t site = 0; site < 2; ++site) {
      const Matrix found =
          std::string(constraint) == "identity" ? Matrix(Matrix::Identity(4, 4)) : StaticMap(site);
      EXPECT_NEAR(change.unmatched_by_site[site], (found - ToMatrix(before[site].res_NN)).norm(),
                  1e-5)
          << constraint;
    }
    // Only site 0 still sees the streams that it saw before.
    const SiteMeans after = Means();
    EXPECT_NEAR((before[0].res_NN - after[0].res_NN).norm().item<double>(),
                change.unmatched_by_site[0], 1e-5)
        << constraint;
  }
}

TEST_F(ConstraintTransferTest, MatchMatrixMeetsAMatrixThatTheConstraintCanReach) {
  EXPECT_THAT(Change("unconstrained", kMatch).unmatched_by_site, testing::Each(testing::Lt(1e-12)));
  EXPECT_LT(Change("sinkhorn:iterations=30", kMatch).unmatched_by_site[0], 0.5);
}

TEST_F(ConstraintTransferTest, AMatchedPredictorStartsAnewWithoutMoments) {
  Change("row_softmax", kMatch);
  for (const HyperConnection& site : trainer_.model()->sites) {
    const MapPredictor& predictor = site->mixer->predictor;
    EXPECT_EQ(predictor->phi.abs().max().item<double>(), 0.0);
    EXPECT_FLOAT_EQ(predictor->alpha.item<float>(), 0.01f);
  }
  const NamedTensors moments = Moments(trainer_);
  EXPECT_FALSE(moments.contains("sites.0.res.predictor.bias.exp_avg"));
  EXPECT_TRUE(moments.contains("sites.0.pre.bias.exp_avg"));
}

TEST_F(ConstraintTransferTest, FromAConstraintToItselfTheStaticLogitsAreTheTokenMeanLogits) {
  const SiteMeans before = Means();
  Change("sinkhorn", kMatch);
  for (std::size_t site = 0; site < 2; ++site) {
    EXPECT_TRUE(
        Site(site)->mixer->predictor->bias.equal(before[site].logits_K.to(torch::kFloat32)));
  }
}

TEST_F(ConstraintTransferTest, ABlendGoesLinearlyFromTheOldMapToTheNewAndThenDropsTheOld) {
  const at::Tensor old_map = Trace().sites[0].res_BTNN;
  Change("row_softmax", BlendOver(4), {0}, 10);
  const std::size_t with_both = trainer_.optimizer().parameters().size();
  const at::Tensor new_map =
      Site(0)->mixer->predictor->bias.detach().view({4, 4}).softmax(-1).expand_as(old_map);
  for (int finished = 10; finished < 14; ++finished) {
    ASSERT_TRUE(Site(0)->blend().has_value());
    trainer_.AdvanceBlends(finished);
    const double weight = (finished - 9) / 4.0;
    const at::Tensor expected = (1 - weight) * old_map + weight * new_map;
    EXPECT_TRUE(torch::allclose(Trace().sites[0].res_BTNN, expected, 1e-6, 1e-6)) << finished;
  }
  EXPECT_FALSE(Site(0)->blend().has_value());
  EXPECT_EQ(trainer_.optimizer().parameters().size(), with_both - 3);
  for (const auto& [name, moment] : Moments(trainer_)) {
    EXPECT_EQ(name.find("outgoing"), std::string::npos) << name;
  }
}

// Of the second site: streams that start equal leave the maps of the first without a gradient.
TEST_F(ConstraintTransferTest, BothMapsLearnWhileABlendGoesOn) {
  Change("row_softmax", BlendOver(4), {1}, 10);
  trainer_.AdvanceBlends(10);
  const NamedTensors before = Parameters(trainer_);
  TrainSteps(trainer_, configuration_, 3, 3);
  const std::vector<std::string> moved = Differing(before, Parameters(trainer_));
  EXPECT_THAT(moved, testing::Contains("sites.1.outgoing.predictor.bias"));
  EXPECT_THAT(moved, testing::Contains("sites.1.res.predictor.bias"));
}

TEST_F(ConstraintTransferTest, OnlyTheNamedSitesChange) {
  const NamedTensors before = Parameters(trainer_);
  EXPECT_THAT(Change("row_softmax", kMatch, {1}).unmatched_by_site, SizeIs(1));
  for (const std::string& name : Differing(before, Parameters(trainer_))) {
    EXPECT_TRUE(name.starts_with("sites.1.res.")) << name;
  }
  EXPECT_EQ(ToText(Site(0)->constraint()), "sinkhorn");
  EXPECT_EQ(ToText(Site(1)->constraint()), "row_softmax");
  EXPECT_THAT(SitesOrAll({}, trainer_.model()), ElementsAre(0, 1));
  EXPECT_THAT(SitesOrAll({1}, trainer_.model()), ElementsAre(1));
}

TEST_F(ConstraintTransferTest, OverABlendOnlyMatchMatrixIsAllowedAndEndsIt) {
  Change("row_softmax", BlendOver(4), {0}, 10);
  trainer_.AdvanceBlends(11);
  EXPECT_THAT(Refusal("unconstrained", BlendOver(2)),
              AllOf(HasSubstr("site 0"), HasSubstr("until step 14"), HasSubstr("match_matrix")));
  EXPECT_THAT(Refusal("sinkhorn", kKeep), HasSubstr("until step 14"));
  EXPECT_EQ(Refusal("unconstrained", BlendOver(2), {1}), "accepted");
  const at::Tensor mixed = Means()[0].res_NN;
  EXPECT_LT(Change("unconstrained", kMatch).unmatched_by_site[0], 1e-12);
  EXPECT_FALSE(Site(0)->blend().has_value());
  EXPECT_TRUE(torch::allclose(Means()[0].res_NN, mixed, 0, 1e-6));
}

// The new map of a blend is not yet what the site computes, so its own logits are no match for it.
TEST_F(ConstraintTransferTest, FromABlendToItsOwnConstraintTheMapIsFitted) {
  Change("row_softmax", BlendOver(4), {0}, 10);
  trainer_.AdvanceBlends(10);
  const Matrix mixed = ToMatrix(Means()[0].res_NN);
  const ConstraintChange change = Change("row_softmax", kMatch, {0});
  EXPECT_NEAR(change.unmatched_by_site[0], (StaticMap(0) - mixed).norm(), 1e-5);
  EXPECT_LT(change.unmatched_by_site[0], 1e-2);
}

TEST_F(ConstraintTransferTest, AMapWithoutLogitsIsReachedAndLeft) {
  Change("identity", kMatch);
  const at::Tensor res = Trace().sites[0].res_BTNN;
  EXPECT_TRUE(res.equal(torch::eye(4).expand_as(res)));
  const SiteMeans at_identity = Means();
  EXPECT_FALSE(at_identity[0].logits_K.defined());
  const ConstraintChange change = Change("sinkhorn", kMatch);
  EXPECT_NEAR(change.unmatched_by_site[0], (StaticMap(0) - Matrix::Identity(4, 4)).norm(), 1e-6);
  EXPECT_LT(change.unmatched_by_site[0], 0.01);
}

TEST(ConstraintTransfer, AResidualRunHasNothingToChange) {
  Trainer trainer(TinyConfiguration({{"mixing.connection", "residual"}}), kVocabulary, torch::kCPU);
  const Status status =
      CheckConstraintChange(trainer.model(), {}, Must(ParseConstraint("sinkhorn")), kMatch, 1);
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("residual"));
}

}  // namespace
}  // namespace mhc
