// Every array of a snapshot against the oracle on the same maps and streams, in double precision.
#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/depth_kernel.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/stream_diagnostics.h"
#include "core/manifold/diagnostics/stream_shares.h"
#include "core/manifold/diagnostics/sums.h"
#include "traced_step.h"

namespace mhc {
namespace {

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
      // Streams that start equal leave the mixing of the first site without a gradient.
      if (site == 0 && map == 2) continue;
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

TEST_P(SnapshotOracle, TheGradientNormOfAStreamIsThatOfItsRows) {
  for (std::int64_t place = 0; place <= kSites; ++place) {
    const at::Tensor& gradient = step_.trace.gradients_BTNC->at(place);
    for (std::int64_t stream = 0; stream < 4; ++stream) {
      const double mean_square = TokenMeanOf(
          [&](std::int64_t t) { return AtToken(gradient, t).row(stream).squaredNorm(); });
      ExpectClose(step_.At("stream_gradient_norm", place, 4, stream),
                  std::sqrt(kTokens * mean_square), Place("stream gradient", place));
    }
  }
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

// Of each kind that is a token mean and says so of its spread, one number against the same number
// of every token.
TEST_P(SnapshotOracle, DeviationsAreThoseOverTheTokens) {
  const auto expect = [this](const std::string& kind, std::int64_t place, std::int64_t columns,
                             std::int64_t column, const auto& value) {
    const double mean = TokenMeanOf(value);
    const double variance =
        TokenMeanOf([&](std::int64_t t) { return std::pow(value(t) - mean, 2.0); });
    const std::string where = Place(kind.c_str(), place);
    EXPECT_NEAR(step_.At(kind, place, columns, column), mean, 1e-5 * std::abs(mean)) << where;
    EXPECT_NEAR(step_.At(kind + "_deviation", place, columns, column), std::sqrt(variance),
                1e-5 * std::sqrt(variance) + 1e-9)
        << where;
    return std::sqrt(variance);
  };
  const std::int64_t site = 2;
  const auto prefix = [this](std::int64_t t) { return Matrix(Res(2, t) * Res(1, t) * Res(0, t)); };
  const auto suffix = [this](std::int64_t t) { return Matrix(Res(3, t) * Res(2, t)); };
  double least = INFINITY;
  const auto varies = [&least](double deviation) { least = std::min(least, deviation); };
  varies(expect("stream_rms", site, 4, 1,
                [&](std::int64_t t) { return StreamRms(Streams(site, t))(1); }));
  varies(expect("stream_cosine", site, 16, 3,
                [&](std::int64_t t) { return StreamCosines(Streams(site, t))(0, 3); }));
  varies(expect("stream_diversity", site, 2, 0,
                [&](std::int64_t t) { return DiversityEnergy(Streams(site, t)); }));
  varies(expect("stream_diversity", site, 2, 1,
                [&](std::int64_t t) { return EffectiveRank(Streams(site, t)); }));
  varies(expect("effective_streams", site, 4, 2, [&](std::int64_t t) {
    return EffectiveStreams(StreamShares(Post(site, t).cwiseAbs()));
  }));
  varies(expect("branch_ratio", site, 1, 0, [&](std::int64_t t) {
    return (Post(site, t) * AtToken(step_.trace.branches_BTC[site], t)).norm() /
           (Res(site, t) * Streams(site, t)).norm();
  }));
  varies(expect("state_cosine", site, 1, 0, [&](std::int64_t t) {
    const Matrix before = Streams(site, t), after = Streams(site + 1, t);
    return before.cwiseProduct(after).sum() / before.norm() / after.norm();
  }));
  varies(expect("dynamic_ratio", site, 3, 2, [&](std::int64_t t) {
    const at::Tensor bias = step_.trace.parameters[site].bias[2].to(torch::kFloat64);
    const Eigen::Map<const Vector> b(bias.data_ptr<double>(), bias.numel());
    const Vector raw = AtToken(step_.trace.sites[site].logits_BTK, t).row(0).transpose();
    return (raw - b).norm() / b.norm();
  }));
  varies(expect("singular_values", site, 4, 3,
                [&](std::int64_t t) { return SingularValues(Res(site, t))(3); }));
  varies(expect("prefix_singular_values", site, 4, 0,
                [&](std::int64_t t) { return SingularValues(prefix(t))(0); }));
  varies(expect("prefix_two_sided_gain", site, 4, 2,
                [&](std::int64_t t) { return GainFromBothSides(prefix(t)).column_min; }));
  varies(expect("suffix_two_sided_gain", site, 4, 3,
                [&](std::int64_t t) { return GainFromBothSides(suffix(t)).column_max; }));
  EXPECT_GT(least, 1e-6) << "all of them vary here";
}

TEST_P(SnapshotOracle, EveryNumberIsFinite) {
  for (const auto& [kind, snapshot] : step_.snapshots) {
    for (const float value : snapshot.data) EXPECT_TRUE(std::isfinite(value)) << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEveryConnection, SnapshotOracle, testing::Values("mhc", "hc"));

}  // namespace
}  // namespace mhc
