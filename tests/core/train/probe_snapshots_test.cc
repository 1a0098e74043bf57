// Every array of a snapshot against the oracle on the same maps and streams, in double precision.
#include <cmath>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/train/probe.h"
#include "train_fixture.h"

namespace mhc {
namespace {

using testing::UnorderedElementsAre;

constexpr std::int64_t kSites = 4, kTokens = 8;
constexpr double kRelative = 1e-6;
constexpr double kRounding = 1e-12;  // of what is 0 in one order of the sums

Configuration FourSites(const std::string& connection) {
  return TinyConfiguration(
      {{"model.blocks", "2"}, {"train.clip", "0"}, {"mixing.connection", connection}});
}

// A step of a perturbed model, traced in detail, with its snapshots.
struct TracedStep {
  explicit TracedStep(const Configuration& configuration)
      : batch(RandomBatch(configuration, 1)), trainer(configuration, kVocabulary, torch::kCPU) {
    Perturb(trainer);
    before = Parameters(trainer);
    trace.in_detail = true;
    outcome = trainer.Step(batch, 1e-2, &trace);
    StepRecord record;
    Probe(configuration).MeasureSnapshots(trace, outcome, record);
    for (Snapshot& snapshot : record.snapshots) snapshots[snapshot.kind] = snapshot;
  }

  // Row-major, at the last indices [row, column] of an array of `columns` columns.
  double At(const std::string& kind, std::int64_t row, std::int64_t columns = 1,
            std::int64_t column = 0) const {
    return snapshots.at(kind).data.at(row * columns + column);
  }

  Batch batch;
  Trainer trainer;
  NamedTensors before;  // parameters
  ForwardTrace trace;
  StepOutcome outcome;
  std::map<std::string, Snapshot> snapshots;
};

// probe.tokens 8 of 16 positions of [B, T, …]: every second one, as a matrix.
Matrix AtToken(const at::Tensor& t, std::int64_t token) {
  const at::Tensor one = t.flatten(0, 1)[2 * token].to(torch::kFloat64).contiguous();
  const std::int64_t columns = one.size(-1);
  return Eigen::Map<const Matrix>(one.data_ptr<double>(), one.numel() / columns, columns);
}

template <class Function>
double TokenMeanOf(Function value) {
  double sum = 0.0;
  for (std::int64_t t = 0; t < kTokens; ++t) sum += value(t);
  return sum / kTokens;
}

void ExpectClose(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, kRelative * std::abs(expected) + kRounding) << what;
}

class SnapshotOracle : public testing::TestWithParam<const char*> {
 protected:
  SnapshotOracle() : step_(FourSites(GetParam())) {}

  static std::string Place(const char* kind, std::int64_t place) {
    return fmt::format("{} of {} at {}", kind, GetParam(), place);
  }
  Matrix Res(std::int64_t site, std::int64_t t) const {
    return AtToken(step_.trace.sites[site].res_BTNN, t);
  }
  Vector Pre(std::int64_t site, std::int64_t t) const {
    return AtToken(step_.trace.sites[site].pre_BTN, t).row(0);
  }
  Vector Post(std::int64_t site, std::int64_t t) const {
    return AtToken(step_.trace.sites[site].post_BTN, t).row(0);
  }
  Matrix Streams(std::int64_t place, std::int64_t t) const {
    return AtToken(step_.trace.streams_BTNC[place], t);
  }

  TracedStep step_;
};

TEST_P(SnapshotOracle, LogitRangesAreThoseOfEveryToken) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    std::vector<double> ranges;
    for (std::int64_t t = 0; t < kTokens; ++t) {
      const Matrix logits = AtToken(step_.trace.sites[site].logits_BTK, t);
      ranges.push_back(RelativeRange({logits.data(), static_cast<std::size_t>(logits.size())}));
    }
    const TokenSpread spread = TokenSpreadOf(ranges);
    const double expected[] = {spread.mean, spread.deviation, spread.maximum, WideShare(ranges)};
    for (int i = 0; i < 4; ++i) {
      ExpectClose(step_.At("logit_range", site, 4, i), expected[i], Place("logit_range", site));
    }
    EXPECT_GT(spread.deviation, 1e-4);
  }
}

TEST_P(SnapshotOracle, TwoSidedGainsAreThoseOfEveryTokensComposites) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    for (const std::string kind : {"prefix_two_sided_gain", "suffix_two_sided_gain"}) {
      Vector mean = Vector::Zero(4);
      for (std::int64_t t = 0; t < kTokens; ++t) {
        std::vector<Matrix> maps;
        for (std::int64_t s = 0; s < kSites; ++s) maps.push_back(Res(s, t));
        const CompositeMapping composite = Compose(maps);
        const TwoSidedGain gain = GainFromBothSides(
            kind.starts_with("prefix") ? composite.prefix[site] : composite.suffix[site]);
        mean += Vector{{gain.row_min, gain.row_max, gain.column_min, gain.column_max}} / kTokens;
      }
      for (int i = 0; i < 4; ++i) {
        ExpectClose(step_.At(kind, site, 4, i), mean(i), Place(kind.c_str(), site));
      }
    }
  }
}

TEST_P(SnapshotOracle, EffectiveStreamsAreThoseOfTheMagnitudesOfReadAndWrite) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    const auto share = [&](bool read, std::int64_t t) {
      return StreamShares((read ? Pre(site, t) : Post(site, t)).cwiseAbs());
    };
    for (int column = 0; column < 4; ++column) {
      const double expected = TokenMeanOf([&](std::int64_t t) {
        const Vector shares = share(column < 2, t);
        return column % 2 == 0 ? EffectiveStreams(shares) : FindDominantStream(shares).share;
      });
      ExpectClose(step_.At("effective_streams", site, 4, column), expected,
                  Place("effective_streams", site));
    }
    EXPECT_LT(step_.At("effective_streams", site, 4, 0), 4.0);
  }
}

TEST_P(SnapshotOracle, TheScalesAreThoseOfTheStepAndNotOfTheNext) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    const char* const maps[] = {"pre.alpha", "post.alpha", "res.predictor.alpha"};
    for (int map = 0; map < 3; ++map) {
      const std::string name = fmt::format("sites.{}.{}", site, maps[map]);
      EXPECT_FLOAT_EQ(step_.At("alpha", site, 3, map), step_.before.at(name).item<float>()) << name;
      EXPECT_NE(ParameterOf(step_.trainer, name).item<float>(),
                step_.before.at(name).item<float>());
    }
  }
}

TEST_P(SnapshotOracle, TheNormOfTheLogitsIsThatOfTheStaticPartOfTheStep) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    const at::Tensor bias = step_.before.at(fmt::format("sites.{}.res.predictor.bias", site));
    ExpectClose(step_.At("logit_norm", site), bias.to(torch::kFloat64).norm().item<double>(),
                Place("logit_norm", site));
  }
}

// The dynamic part again from φ and the streams, in double precision: what is left is the rounding
// of the model's float32.
TEST_P(SnapshotOracle, TheDynamicRatioIsThatOfPhiAndTheStreamsToTheStaticPart) {
  const bool is_hc = std::string(GetParam()) == "hc";
  const char* const maps[] = {"pre", "post", "res.predictor"};
  for (std::int64_t site = 0; site < kSites; ++site) {
    const at::Tensor x = step_.trace.streams_BTNC[site].to(torch::kFloat64).flatten(0, 1);
    for (int map = 0; map < 3; ++map) {
      const auto parameter = [&](const char* part) {
        return step_.before.at(fmt::format("sites.{}.{}.{}", site, maps[map], part))
            .to(torch::kFloat64);
      };
      at::Tensor dynamic;
      if (is_hc) {
        const at::Tensor unit = x / x.square().mean(-1, true).sqrt();
        dynamic = parameter("phi").matmul(unit.transpose(-1, -2)).flatten(-2).tanh();
      } else {
        const at::Tensor v = x.flatten(-2);
        dynamic = v.matmul(parameter("phi")) / v.square().mean(-1, true).sqrt();
      }
      const at::Tensor norms = (parameter("alpha") * dynamic).norm(2, {-1}).slice(0, 0, 16, 2);
      const double expected = (norms.mean() / parameter("bias").norm()).item<double>();
      EXPECT_NEAR(step_.At("dynamic_ratio", site, 3, map), expected, 1e-4 * expected) << maps[map];
    }
  }
}

TEST_P(SnapshotOracle, TokenDependenceIsTheShareOfTheVarianceThatIsOverTokens) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    Matrix mean = Matrix::Zero(4, 4);
    for (std::int64_t t = 0; t < kTokens; ++t) mean += Res(site, t) / kTokens;
    double within = 0.0, total = 0.0;
    for (std::int64_t t = 0; t < kTokens; ++t) {
      within += (Res(site, t) - mean).squaredNorm();
      total += (Res(site, t).array() - mean.mean()).matrix().squaredNorm();
    }
    EXPECT_GT(within, 0.0);
    EXPECT_NEAR(step_.At("token_dependence", site), within / total, kRelative * within / total);
  }
}

TEST_P(SnapshotOracle, TheDepthKernelIsThatOfTheTokenMeans) {
  std::vector<SiteMaps> means(kSites, {Vector::Zero(4), Vector::Zero(4), Matrix::Zero(4, 4)});
  for (std::int64_t site = 0; site < kSites; ++site) {
    for (std::int64_t t = 0; t < kTokens; ++t) {
      means[site].pre += Pre(site, t) / kTokens;
      means[site].post += Post(site, t) / kTokens;
      means[site].res += Res(site, t) / kTokens;
    }
  }
  const Matrix expected = DepthKernel(means);
  EXPECT_GT(std::abs(expected(3, 0)), 1e-3);
  for (std::int64_t j = 0; j < kSites; ++j) {
    for (std::int64_t i = 0; i < kSites; ++i) {
      ExpectClose(step_.At("depth_kernel", j, kSites, i), expected(j, i), Place("depth_kernel", j));
    }
  }
}

TEST_P(SnapshotOracle, TheBranchRatioIsThatOfTheTwoTermsOfTheNextState) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    const double expected = TokenMeanOf([&](std::int64_t t) {
      const Matrix kept = Res(site, t) * Streams(site, t);
      const Matrix written = Post(site, t) * AtToken(step_.trace.branches_BTC[site], t);
      EXPECT_LE((kept + written - Streams(site + 1, t)).norm(), 1e-5 * kept.norm());
      return written.norm() / kept.norm();
    });
    ExpectClose(step_.At("branch_ratio", site), expected, Place("branch_ratio", site));
  }
}

TEST_P(SnapshotOracle, DiversityAndEffectiveRankAreThoseOfTheStreams) {
  for (std::int64_t place = 0; place <= kSites; ++place) {
    ExpectClose(step_.At("stream_diversity", place, 2, 0),
                TokenMeanOf([&](std::int64_t t) { return DiversityEnergy(Streams(place, t)); }),
                Place("diversity energy", place));
    ExpectClose(step_.At("stream_diversity", place, 2, 1),
                TokenMeanOf([&](std::int64_t t) { return EffectiveRank(Streams(place, t)); }),
                Place("effective rank", place));
  }
  EXPECT_NEAR(step_.At("stream_diversity", 0, 2, 1), 1.0, 1e-6) << "replicated at the input";
  EXPECT_GT(step_.At("stream_diversity", kSites, 2, 1), 1.1);
}

TEST_P(SnapshotOracle, TheStateCosineIsThatOfAdjacentStates) {
  for (std::int64_t site = 0; site < kSites; ++site) {
    const double expected = TokenMeanOf([&](std::int64_t t) {
      const Matrix before = Streams(site, t), after = Streams(site + 1, t);
      Matrix both(2, before.size());
      both << before.reshaped<Eigen::RowMajor>().transpose(),
          after.reshaped<Eigen::RowMajor>().transpose();
      return MeanStreamCosine(both);
    });
    ExpectClose(step_.At("state_cosine", site), expected, Place("state_cosine", site));
  }
}

// The gradient of the first state, summed over its streams, is what the embedding's rows get.
TEST_P(SnapshotOracle, TheMeasuredBackwardGainIsThatOfTheStatesGradients) {
  const std::vector<at::Tensor>& gradients = *step_.trace.gradients_BTNC;
  ASSERT_EQ(gradients.size(), static_cast<std::size_t>(kSites + 1));
  const at::Tensor rows = gradients[0].sum(-2).flatten(0, 1);
  const at::Tensor embedding = ParameterOf(step_.trainer, "embedding.weight").grad();
  const at::Tensor gathered =
      torch::zeros_like(embedding).index_add(0, step_.batch.inputs_BT.flatten(), rows);
  EXPECT_TRUE(torch::allclose(gathered, embedding, 1e-4, 1e-7));

  const auto square = [&](std::int64_t place) {
    return TokenMeanOf([&](std::int64_t t) { return AtToken(gradients[place], t).squaredNorm(); });
  };
  for (std::int64_t place = 0; place <= kSites; ++place) {
    ExpectClose(step_.At("measured_backward_gain", place),
                std::sqrt(square(place) / square(kSites)), Place("backward gain", place));
  }
  EXPECT_EQ(step_.At("measured_backward_gain", kSites), 1.0);
}

TEST_P(SnapshotOracle, GradientNormsOfPhiBiasAndAlphaAreThoseOfTheGradients) {
  const char* const groups[] = {".phi", ".bias", ".alpha"};
  for (std::int64_t site = 0; site < kSites; ++site) {
    double squares[3] = {};
    for (const NamedParameter& parameter : step_.trainer.optimizer().parameters()) {
      if (!parameter.name.starts_with(fmt::format("sites.{}.", site))) continue;
      for (int group = 0; group < 3; ++group) {
        if (!parameter.name.ends_with(groups[group])) continue;
        squares[group] += parameter.tensor.grad().to(torch::kFloat64).square().sum().item<double>();
      }
    }
    for (int group = 0; group < 3; ++group) {
      EXPECT_GT(squares[group], 0.0);
      EXPECT_NEAR(step_.At("parameter_gradient_norm", site, 3, group), std::sqrt(squares[group]),
                  1e-5 * std::sqrt(squares[group]));
    }
  }
}

TEST_P(SnapshotOracle, EveryNumberIsFinite) {
  for (const auto& [kind, snapshot] : step_.snapshots) {
    for (const float value : snapshot.data) EXPECT_TRUE(std::isfinite(value)) << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEveryConnection, SnapshotOracle, testing::Values("mhc", "hc"));

TEST(ResidualSnapshots, HaveTheKindsOfStreamsWithSublayersForSites) {
  const TracedStep step(FourSites("residual"));
  std::vector<std::string> kinds;
  for (const auto& [kind, snapshot] : step.snapshots) {
    kinds.push_back(kind);
    for (const float value : snapshot.data) EXPECT_TRUE(std::isfinite(value)) << kind;
  }
  EXPECT_THAT(
      kinds, UnorderedElementsAre("stream_rms", "stream_cosine", "stream_diversity", "state_cosine",
                                  "branch_ratio", "measured_backward_gain"));
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
