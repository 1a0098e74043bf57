// Snapshots of runs and steps that lack something: sites, dynamic parts, detail, finite numbers.
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "traced_step.h"

namespace mhc {
namespace {

using testing::UnorderedElementsAre;

TEST(ResidualSnapshots, HaveTheKindsOfStreamsWithSublayersForSites) {
  const TracedStep step(FourSites("residual"));
  std::vector<std::string> kinds;
  for (const auto& [kind, snapshot] : step.snapshots) {
    kinds.push_back(kind);
    for (const float value : snapshot.data) EXPECT_TRUE(std::isfinite(value)) << kind;
  }
  EXPECT_THAT(kinds, UnorderedElementsAre("stream_rms", "stream_cosine", "stream_diversity",
                                          "state_cosine", "branch_ratio", "measured_backward_gain",
                                          "stream_gradient_norm", "stream_rms_deviation",
                                          "stream_cosine_deviation", "stream_diversity_deviation",
                                          "state_cosine_deviation", "branch_ratio_deviation"));
  for (std::int64_t site = 0; site < kSites; ++site) {
    const double expected = TokenMeanOf([&](std::int64_t t) {
      const Matrix x = AtToken(step.trace.streams_BTNC[site], t);
      return AtToken(step.trace.branches_BTC[site], t).norm() / x.norm();
    });
    ExpectClose(step.At("branch_ratio", site), expected, "branch_ratio");
    EXPECT_EQ(step.At("stream_diversity", site, 2, 0), 0.0);
    EXPECT_NEAR(step.At("stream_diversity", site, 2, 1), 1.0, 1e-12);
  }
}

// Nothing is dynamic yet, and the write map's static part is still 0.
TEST(SnapshotsOfAStart, AreFiniteAndSayThatNothingFollowsTheToken) {
  const Configuration configuration = FourSites("mhc");
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  ForwardTrace trace;
  trace.in_detail = true;
  const StepOutcome outcome = trainer.Step(RandomBatch(configuration, 1), 1e-2, &trace);
  StepRecord record;
  Probe(configuration).MeasureSnapshots(trace, outcome, record);
  for (const Snapshot& snapshot : record.snapshots) {
    for (const float value : snapshot.data) EXPECT_TRUE(std::isfinite(value)) << snapshot.kind;
    if (snapshot.kind == "dynamic_ratio") {
      EXPECT_THAT(snapshot.data, testing::Each(0.0f));
    }
    if (snapshot.kind == "token_dependence") {
      EXPECT_THAT(snapshot.data, testing::Each(testing::Lt(1e-12f)));
    }
  }
}

// A static map of `hc` is its parameter itself, which the step changes after the forward pass.
TEST(SnapshotsOfStaticMaps, AreThoseOfTheStepAndNotOfTheNext) {
  const TracedStep step(
      TinyConfiguration({{"mixing.connection", "hc"}, {"mixing.dynamic", "false"}}));
  for (const auto& [kind, part] : {std::pair("pre_mean", "pre.bias"),
                                   {"post_mean", "post.bias"},
                                   {"res_mean", "res.predictor.bias"}}) {
    const std::string name = std::string("sites.1.") + part;
    const at::Tensor before = step.before.at(name);
    for (std::int64_t i = 0; i < before.numel(); ++i) {
      EXPECT_FLOAT_EQ(step.At(kind, 1, before.numel(), i), before[i].item<float>()) << kind;
    }
  }
}

TEST(SnapshotsOfStaticMaps, HaveNoScaleAndNoDynamicPart) {
  const Configuration configuration = TinyConfiguration({{"mixing.constraint", "identity"},
                                                         {"mixing.read", "fixed"},
                                                         {"mixing.write", "fixed"},
                                                         {"mixing.dynamic", "false"}});
  const TracedStep step(configuration);
  for (const char* kind :
       {"alpha", "dynamic_ratio", "logit_range", "token_dependence", "logit_norm"}) {
    EXPECT_THAT(step.snapshots.at(kind).data, testing::Each(0.0f)) << kind;
  }
  EXPECT_THAT(step.snapshots.at("prefix_two_sided_gain").data, testing::Each(1.0f));
  EXPECT_THAT(step.snapshots.at("depth_kernel").data, testing::ElementsAre(0, 0, 1, 0))
      << "as the residual model";
}

TEST(StreamsThatAreNotFinite, AreSeenInTheirPlaceAndInNoOther) {
  for (const float poison : {NAN, INFINITY}) {
    TracedStep step(FourSites("mhc"));
    step.trace.streams_BTNC[2] = step.trace.streams_BTNC[2].clone();
    step.trace.streams_BTNC[2].flatten()[5].fill_(poison);
    StepRecord record;
    Probe(FourSites("mhc")).MeasureSnapshots(step.trace, step.outcome, record);
    for (const Snapshot& snapshot : record.snapshots) step.snapshots[snapshot.kind] = snapshot;
    for (std::int64_t place = 0; place <= kSites; ++place) {
      for (int column = 0; column < 2; ++column) {
        EXPECT_EQ(std::isnan(step.At("stream_diversity", place, 2, column)), place == 2) << place;
      }
      // The poison is in stream 0 of one token.
      EXPECT_EQ(std::isfinite(step.At("stream_rms", place, 4, 0)), place != 2) << place;
      EXPECT_EQ(std::isfinite(step.At("stream_cosine", place, 16, 1)), place != 2) << place;
      for (int stream = 1; stream < 4; ++stream) {
        EXPECT_TRUE(std::isfinite(step.At("stream_rms", place, 4, stream))) << place;
        EXPECT_TRUE(std::isfinite(step.At("stream_cosine", place, 16, 5 * stream))) << place;
      }
    }
    for (std::int64_t site = 0; site < kSites; ++site) {
      EXPECT_EQ(std::isnan(step.At("state_cosine", site)), site == 1 || site == 2) << site;
      EXPECT_TRUE(site == 2 || std::isfinite(step.At("branch_ratio", site))) << site;
    }
    EXPECT_EQ(std::isnan(step.At("branch_ratio", 2)), std::isnan(poison)) << "finite / inf is 0";
  }
}

TEST(LogitsThatAreNotFinite, AreSeenAtTheirSiteInEveryColumn) {
  TracedStep step(FourSites("mhc"));
  step.trace.sites[1].logits_BTK = step.trace.sites[1].logits_BTK.clone();
  step.trace.sites[1].logits_BTK.flatten()[3].fill_(NAN);
  StepRecord record;
  Probe(FourSites("mhc")).MeasureSnapshots(step.trace, step.outcome, record);
  for (const Snapshot& snapshot : record.snapshots) step.snapshots[snapshot.kind] = snapshot;
  for (std::int64_t site = 0; site < kSites; ++site) {
    for (int column = 0; column < 4; ++column) {
      EXPECT_EQ(std::isnan(step.At("logit_range", site, 4, column)), site == 1) << column;
    }
  }
}

TEST(ATraceWithoutDetail, HasTheSnapshotsThatNeedNone) {
  const Configuration configuration = FourSites("mhc");
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  ForwardTrace trace;
  const StepOutcome outcome = trainer.Step(RandomBatch(configuration, 1), 1e-2, &trace);
  StepRecord record;
  Probe(configuration).MeasureSnapshots(trace, outcome, record);
  std::vector<std::string> kinds;
  for (const Snapshot& snapshot : record.snapshots) kinds.push_back(snapshot.kind);
  EXPECT_THAT(kinds, testing::IsSupersetOf({"stream_diversity", "logit_range", "depth_kernel"}));
  for (const char* kind : {"alpha", "dynamic_ratio", "branch_ratio", "measured_backward_gain"}) {
    EXPECT_THAT(kinds, testing::Not(testing::Contains(kind)));
  }
}

}  // namespace
}  // namespace mhc
