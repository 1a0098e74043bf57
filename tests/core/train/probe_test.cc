#include "core/train/probe.h"

#include <cmath>

#include "core/record/record/snapshot_kinds.h"
#include "train_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::vector<std::string> kMixingColumns = {"site_forward_gain",
                                                 "site_backward_gain",
                                                 "composite_forward_gain",
                                                 "composite_forward_gain_std",
                                                 "composite_backward_gain",
                                                 "composite_backward_gain_std",
                                                 "composite_spectral_norm",
                                                 "composite_distance_to_uniform_spectral",
                                                 "row_error",
                                                 "column_error",
                                                 "distance_to_identity",
                                                 "logit_spread",
                                                 "stream_cosine"};

// One site on [2, 8] positions with H = (1 + position)·I, and streams that do not change.
ForwardTrace PositionTrace() {
  const at::Tensor position_BT = torch::arange(16, torch::kFloat32).view({2, 8});
  StreamMappings maps;
  maps.res_BTNN = (1 + position_BT).view({2, 8, 1, 1}) * torch::eye(4);
  maps.pre_BTN = position_BT.unsqueeze(-1).expand({2, 8, 4});
  maps.post_BTN = torch::ones({2, 8, 4});
  maps.logits_BTK = position_BT.unsqueeze(-1) * torch::tensor({-1.0f, 2.0f});
  const at::Tensor streams = torch::ones({2, 8, 4, 8});
  ForwardTrace trace;
  trace.sites = {maps};
  trace.streams_BTNC = {streams, streams};
  return trace;
}

StepRecord Scalars(const Configuration& configuration, const ForwardTrace& trace) {
  StepRecord record;
  Probe(configuration).MeasureScalars(trace, record);
  return record;
}

std::map<std::string, Snapshot> Snapshots(const Configuration& configuration,
                                          const ForwardTrace& trace, const StepOutcome& outcome) {
  StepRecord record;
  Probe(configuration).MeasureSnapshots(trace, outcome, record);
  std::map<std::string, Snapshot> by_kind;
  for (Snapshot& snapshot : record.snapshots) by_kind[snapshot.kind] = snapshot;
  return by_kind;
}

TEST(Probe, MeasuresFixedPositionsSpreadOverTheBatch) {
  const Configuration configuration = TinyConfiguration({{"probe.tokens", "4"}});
  const StepRecord record = Scalars(configuration, PositionTrace());
  // Positions 0, 4, 8 and 12 of the sixteen.
  EXPECT_DOUBLE_EQ(*record.Get("site_forward_gain"), 7.0);
  EXPECT_DOUBLE_EQ(*record.Get("composite_backward_gain"), 7.0);
  EXPECT_DOUBLE_EQ(*record.Get("composite_forward_gain_std"), std::sqrt(20.0));
  EXPECT_DOUBLE_EQ(*record.Get("row_error"), 12.0);
  EXPECT_DOUBLE_EQ(*record.Get("logit_spread"), 36.0);
  const auto snapshots = Snapshots(configuration, PositionTrace(), {});
  EXPECT_THAT(snapshots.at("pre_mean").data, ElementsAre(6, 6, 6, 6));
  EXPECT_THAT(snapshots.at("forward_gain").data,
              ElementsAre(7, testing::FloatEq(std::sqrt(20.0f)), 1, 13));
}

TEST(Probe, FindsTheSameInATraceOfItsPositionsAlone) {
  const Configuration configuration =
      TinyConfiguration({{"model.blocks", "2"}, {"probe.tokens", "5"}});
  const Probe probe(configuration);
  std::vector<StepRecord> records;
  for (const at::Tensor& positions : {at::Tensor(), probe.positions()}) {
    Trainer trainer(configuration, kVocabulary, torch::kCPU);
    Perturb(trainer);
    ForwardTrace trace;
    trace.positions = positions;
    trace.in_detail = true;
    const StepOutcome outcome = trainer.Step(RandomBatch(configuration, 1), 1e-2, &trace);
    const std::int64_t kept = trace.streams_BTNC[0].size(0) * trace.streams_BTNC[0].size(1);
    EXPECT_EQ(kept, positions.defined() ? 5 : 16);
    StepRecord& record = records.emplace_back();
    probe.MeasureScalars(trace, record);
    probe.MeasureSnapshots(trace, outcome, record);
  }
  for (const char* column : {"stream_gain", "stream_cosine", "logit_spread", "row_error",
                             "composite_forward_gain", "composite_backward_gain_std"}) {
    EXPECT_EQ(records[0].Get(column), records[1].Get(column)) << column;
  }
  ASSERT_EQ(records[0].snapshots.size(), SnapshotKinds().size());
  for (std::size_t k = 0; k < records[0].snapshots.size(); ++k) {
    EXPECT_EQ(records[0].snapshots[k].data, records[1].snapshots[k].data)
        << records[0].snapshots[k].kind;
  }
}

TEST(Probe, TakesEveryPositionWhereMoreAreAskedForThanThereAre) {
  const Configuration configuration = TinyConfiguration({{"probe.tokens", "1000"}});
  EXPECT_DOUBLE_EQ(*Scalars(configuration, PositionTrace()).Get("site_forward_gain"), 8.5);
}

TEST(Probe, ReplicatedStreamsHaveCosineOneAndTheGainOfTheirNorm) {
  ForwardTrace trace = PositionTrace();
  const at::Tensor first = torch::randn({2, 8, 1, 8}).expand({2, 8, 4, 8});
  trace.streams_BTNC = {first, -3 * first};
  const StepRecord record = Scalars(TinyConfiguration(), trace);
  EXPECT_NEAR(*record.Get("stream_cosine"), 1.0, 1e-6);
  EXPECT_NEAR(*record.Get("stream_gain"), 3.0, 1e-6);
}

TEST(Probe, OrthogonalStreamsHaveCosineZeroAndAStreamOfZerosIsNoNan) {
  ForwardTrace trace = PositionTrace();
  at::Tensor last = torch::zeros({2, 8, 4, 8});
  for (int i = 0; i < 3; ++i) last.select(2, i).select(2, i).fill_(2.0);  // the fourth stays zero
  trace.streams_BTNC = {torch::ones({2, 8, 4, 8}), last};
  const StepRecord record = Scalars(TinyConfiguration(), trace);
  EXPECT_NEAR(*record.Get("stream_cosine"), 0.0, 1e-12);
  EXPECT_NEAR(*record.Get("stream_gain"), std::sqrt(12.0 / 32.0), 1e-12);
}

// At the start every stream is the same whatever the doubly stochastic map.
TEST(Probe, AModelAtItsStartHasReplicatedStreamsAndIdealGains) {
  const Configuration configuration = TinyConfiguration();
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  const StepRecord record = Scalars(configuration, trainer.Trace(RandomBatch(configuration, 1)));
  EXPECT_NEAR(*record.Get("stream_cosine"), 1.0, 1e-6);
  EXPECT_NEAR(*record.Get("composite_forward_gain"), 1.0, 1e-6);
  EXPECT_NEAR(*record.Get("logit_spread"), 8.0, 1e-6);
  EXPECT_LT(*record.Get("row_error"), 1e-6);
}

TEST(Probe, AResidualRunHasNoMixingColumns) {
  const Configuration configuration = TinyConfiguration({{"mixing.connection", "residual"}});
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  ForwardTrace trace;
  const StepOutcome outcome = trainer.Step(RandomBatch(configuration, 1), 1e-2, &trace);
  const StepRecord record = Scalars(configuration, trace);
  EXPECT_GT(record.Get("stream_gain").value_or(0.0), 0.0);
  for (const std::string& column : kMixingColumns) {
    EXPECT_FALSE(record.Get(column).has_value()) << column;
  }
  std::vector<std::string> kinds;
  for (const auto& [kind, snapshot] : Snapshots(configuration, trace, outcome)) {
    kinds.push_back(kind);
  }
  EXPECT_THAT(
      kinds, UnorderedElementsAre("stream_rms", "stream_cosine", "stream_diversity", "state_cosine",
                                  "stream_rms_deviation", "stream_cosine_deviation",
                                  "stream_diversity_deviation", "state_cosine_deviation"));
}

TEST(Probe, AMixingRunHasEveryMixingColumn) {
  for (const char* connection : {"mhc", "hc"}) {
    const Configuration configuration = TinyConfiguration({{"mixing.connection", connection}});
    Trainer trainer(configuration, kVocabulary, torch::kCPU);
    const StepRecord record = Scalars(configuration, trainer.Trace(RandomBatch(configuration, 1)));
    for (const std::string& column : kMixingColumns) {
      EXPECT_TRUE(record.Get(column).has_value()) << connection << " " << column;
    }
  }
}

TEST(Probe, MapsThatDependOnNoTokenAreMeasuredLikeOthers) {
  const Configuration configuration = TinyConfiguration({{"mixing.constraint", "identity"},
                                                         {"mixing.read", "fixed"},
                                                         {"mixing.write", "fixed"},
                                                         {"mixing.dynamic", "false"}});
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  const ForwardTrace trace = trainer.Trace(RandomBatch(configuration, 1));
  const StepRecord record = Scalars(configuration, trace);
  EXPECT_EQ(*record.Get("composite_forward_gain"), 1.0);
  EXPECT_EQ(*record.Get("distance_to_identity"), 0.0);
  EXPECT_EQ(*record.Get("logit_spread"), 0.0);
  const auto snapshots = Snapshots(configuration, trace, {});
  EXPECT_THAT(snapshots.at("pre_mean").data, testing::Each(0.25f));
  EXPECT_THAT(snapshots.at("post_deviation").data, testing::Each(0.0f));
}

// "L,n,n" of the declaration with the numbers of a run in place of the letters.
std::vector<std::int64_t> ShapeOf(std::string_view declared, std::int64_t sites, std::int64_t n) {
  std::vector<std::int64_t> shape;
  for (std::size_t at = 0; at < declared.size();) {
    const std::size_t end = std::min(declared.find(',', at), declared.size());
    const std::string_view word = declared.substr(at, end - at);
    shape.push_back(word == "L"     ? sites
                    : word == "L+1" ? sites + 1
                    : word == "n"   ? n
                                    : std::stoll(std::string(word)));
    at = end + 1;
  }
  return shape;
}

TEST(Probe, ASnapshotHasEveryDeclaredKindInItsDeclaredShape) {
  const Configuration configuration = TinyConfiguration({{"model.blocks", "2"}});
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer);
  ForwardTrace trace;
  trace.in_detail = true;
  const StepOutcome outcome = trainer.Step(RandomBatch(configuration, 1), 1e-2, &trace);
  const auto snapshots = Snapshots(configuration, trace, outcome);
  EXPECT_EQ(snapshots.size(), SnapshotKinds().size());
  for (const SnapshotKind& kind : SnapshotKinds()) {
    const auto found = snapshots.find(std::string(kind.name));
    ASSERT_NE(found, snapshots.end()) << kind.name;
    EXPECT_EQ(found->second.shape, ShapeOf(kind.shape, 4, 4)) << kind.name;
    std::int64_t count = 1;
    for (const std::int64_t size : found->second.shape) count *= size;
    EXPECT_EQ(static_cast<std::int64_t>(found->second.data.size()), count) << kind.name;
  }
  EXPECT_FLOAT_EQ(snapshots.at("site_gradient_norm").data[1], outcome.sites[0].post);
}

TEST(Probe, TheMeansOfATransferAreThoseOfTheSnapshot) {
  const Configuration configuration = TinyConfiguration();
  Trainer trainer(configuration, kVocabulary, torch::kCPU);
  Perturb(trainer);
  const ForwardTrace trace = trainer.Trace(RandomBatch(configuration, 1));
  const SiteMeans means = Probe(configuration).Means(trace);
  const Snapshot drawn = Snapshots(configuration, trace, {}).at("res_mean");
  ASSERT_EQ(means.size(), 2u);
  for (std::size_t site = 0; site < 2; ++site) {
    EXPECT_EQ(means[site].res_NN.scalar_type(), torch::kFloat64);
    // probe.tokens 8 of 16: every second position of the flattened batch.
    const at::Tensor every_second =
        trace.sites[site].logits_BTK.flatten(0, 1).slice(0, 0, 16, 2).to(torch::kFloat64);
    EXPECT_TRUE(torch::allclose(means[site].logits_K, every_second.mean(0), 0, 1e-12));
    for (int k = 0; k < 16; ++k) {
      const double mean = means[site].res_NN.flatten()[k].item<double>();
      EXPECT_FLOAT_EQ(drawn.data[16 * site + k], static_cast<float>(mean));
    }
  }
}

TEST(Probe, IsDueAtTheMultiplesOfItsPeriodsAndASnapshotAtTheFirstAndTheLastStepToo) {
  const Probe probe(TinyConfiguration(
      {{"probe.every", "3"}, {"probe.snapshot_every", "5"}, {"train.steps", "12"}}));
  std::vector<int> scalars, snapshots;
  for (int step = 1; step <= 12; ++step) {
    if (probe.ScalarsAt(step)) scalars.push_back(step);
    if (probe.SnapshotAt(step)) snapshots.push_back(step);
  }
  EXPECT_THAT(scalars, ElementsAre(3, 6, 9, 12));
  EXPECT_THAT(snapshots, ElementsAre(1, 5, 10, 12));
}

}  // namespace
}  // namespace mhc
