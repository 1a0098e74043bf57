#include "core/model/hyper_connection.h"

#include <gtest/gtest.h>

#include "core/manifold/hyper_connection_site.h"
#include "core/model/decoder.h"
#include "small_model.h"

namespace mhc {
namespace {

constexpr int kStreams = 4, kChannels = 16, kBatch = 2, kTokens = 3;

SiteSettings Settings(const std::string& connection, const std::string& constraint) {
  SiteSettings settings;
  settings.connection = settings.read = settings.write = connection;
  settings.constraint = *ParseConstraint(constraint);
  settings.eps_norm = 1e-6;
  return settings;
}

std::vector<double> Doubles(const at::Tensor& t) {
  const at::Tensor flat = t.detach().to(torch::kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

double RelativeError(const at::Tensor& found, const std::vector<double>& expected) {
  const at::Tensor e = torch::tensor(expected, torch::kFloat64);
  const double scale = std::max(e.abs().max().item<double>(), 1e-300);
  return (found.detach().to(torch::kFloat64).flatten() - e).abs().max().item<double>() / scale;
}

struct SiteRun {
  at::Tensor x, f, gy, gz, z, y;
  StreamMappings maps;
};

// Runs the module forward and backward on Σ y·gy + Σ z·gz in the given type.
SiteRun RunModule(HyperConnection& site, at::ScalarType type) {
  torch::manual_seed(5);
  const auto draw = [&](at::IntArrayRef shape) {
    return torch::randn(shape, torch::kFloat32).to(type);
  };
  SiteRun run;
  run.x = draw({kBatch, kTokens, kStreams, kChannels}).requires_grad_();
  run.f = draw({kBatch, kTokens, kChannels}).requires_grad_();
  run.gy = draw({kBatch, kTokens, kStreams, kChannels});
  run.gz = draw({kBatch, kTokens, kChannels});
  site->to(type);
  run.maps = site->Maps(run.x);
  run.z = site->Read(run.maps, run.x);
  run.y = site->Write(run.maps, run.x, run.f);
  ((run.y * run.gy).sum() + (run.z * run.gz).sum()).backward();
  return run;
}

SiteOutputs RunOracle(const HyperConnection& site, const SiteRun& run) {
  SiteInputs inputs;
  inputs.tokens = kBatch * kTokens;
  inputs.streams = kStreams;
  inputs.channels = kChannels;
  inputs.x = Doubles(run.x);
  const MapPredictor& res = site->mixer->predictor;
  inputs.phi = Doubles(torch::cat({site->pre->phi, site->post->phi, res->phi}, 1));
  inputs.alpha = Doubles(torch::cat({site->pre->alpha, site->post->alpha, res->alpha}));
  inputs.bias = Doubles(torch::cat({site->pre->bias, site->post->bias, res->bias}));
  inputs.f = Doubles(run.f);
  inputs.gy = Doubles(run.gy);
  inputs.gz = Doubles(run.gz);
  SiteOptions options;
  options.choice = site->constraint();
  options.eps_pre = site->settings().eps_pre;
  options.eps_norm = site->settings().eps_norm;
  return *RunSite(inputs, options);
}

void ExpectAgreement(const std::string& constraint, at::ScalarType type, double value_tolerance,
                     double gradient_tolerance) {
  SiteSettings settings = Settings("mhc", constraint);
  settings.eps_pre = 1e-6;
  HyperConnection site(settings, kStreams, kChannels, 1);
  Perturb(*site, 11);
  const SiteRun run = RunModule(site, type);
  const SiteOutputs oracle = RunOracle(site, run);
  EXPECT_LE(RelativeError(run.maps.pre_BTN, oracle.pre), value_tolerance) << constraint;
  EXPECT_LE(RelativeError(run.maps.post_BTN, oracle.post), value_tolerance) << constraint;
  EXPECT_LE(RelativeError(run.maps.res_BTNN, oracle.res), value_tolerance) << constraint;
  EXPECT_LE(RelativeError(run.z, oracle.z), value_tolerance) << constraint;
  EXPECT_LE(RelativeError(run.y, oracle.y), value_tolerance) << constraint;
  const MapPredictor& res = site->mixer->predictor;
  EXPECT_LE(RelativeError(run.x.grad(), oracle.grad_x), gradient_tolerance) << constraint;
  EXPECT_LE(RelativeError(run.f.grad(), oracle.grad_f), gradient_tolerance) << constraint;
  EXPECT_LE(
      RelativeError(torch::cat({site->pre->phi.grad(), site->post->phi.grad(), res->phi.grad()}, 1),
                    oracle.grad_phi),
      gradient_tolerance)
      << constraint;
  EXPECT_LE(RelativeError(
                torch::cat({site->pre->alpha.grad(), site->post->alpha.grad(), res->alpha.grad()}),
                oracle.grad_alpha),
            gradient_tolerance)
      << constraint;
  EXPECT_LE(
      RelativeError(torch::cat({site->pre->bias.grad(), site->post->bias.grad(), res->bias.grad()}),
                    oracle.grad_bias),
      gradient_tolerance)
      << constraint;
}

TEST(HyperConnection, AgreesWithTheOracleSiteInFloat64) {
  for (const char* constraint : {"sinkhorn", "sinkhorn:order=rows_columns,iterations=5",
                                 "sinkhorn:epsilon=1e-6", "row_softmax", "unconstrained"}) {
    ExpectAgreement(constraint, torch::kFloat64, 1e-12, 1e-12);
  }
}

TEST(HyperConnection, AgreesWithTheOracleSiteInFloat32) {
  for (const char* constraint :
       {"sinkhorn", "sinkhorn:epsilon=1e-6", "row_softmax", "unconstrained"}) {
    ExpectAgreement(constraint, torch::kFloat32, 1e-6, 1e-5);
  }
}

TEST(HyperConnection, StartsAtTheMapsThatTheContractNames) {
  const at::Tensor x = torch::randn({1, 2, kStreams, kChannels});
  HyperConnection mhc_site(Settings("mhc", "sinkhorn"), kStreams, kChannels, 2);
  const StreamMappings mhc_maps = mhc_site->Maps(x);
  EXPECT_NEAR(mhc_maps.pre_BTN[0][0][2].item<double>(), 1 / (1 + std::exp(-1.0)), 1e-6);
  EXPECT_NEAR(mhc_maps.pre_BTN[0][0][0].item<double>(), 1 / (1 + std::exp(1.0)), 1e-6);
  EXPECT_NEAR(mhc_maps.post_BTN[0][1][3].item<double>(), 1.0, 1e-6);
  EXPECT_NEAR(mhc_maps.res_BTNN[0][0][1][1].item<double>(), 0.99899, 1e-5);

  HyperConnection hc_site(Settings("hc", "unconstrained"), kStreams, kChannels, 1);
  const StreamMappings hc_maps = hc_site->Maps(x);
  EXPECT_EQ(hc_maps.pre_BTN[0][0][1].item<double>(), 1.0);
  EXPECT_EQ(hc_maps.pre_BTN[0][0][0].item<double>(), 0.0);
  EXPECT_EQ(hc_maps.post_BTN[0][0][0].item<double>(), 1.0);
  EXPECT_TRUE(hc_maps.res_BTNN[0][0].equal(torch::eye(kStreams)));
}

// HC Eq. 5, written down a second time from the paper.
TEST(HyperConnection, ComputesTheCoefficientsOfHyperConnections) {
  HyperConnection site(Settings("hc", "unconstrained"), kStreams, kChannels, 0);
  Perturb(*site, 3);
  const at::Tensor x = torch::randn({1, 1, kStreams, kChannels});
  const StreamMappings maps = site->Maps(x);
  const MapPredictor& res = site->mixer->predictor;
  for (int j = 0; j < kStreams; ++j) {
    const at::Tensor v = x[0][0][j];
    const at::Tensor normalised = v / (v.square().mean() + 1e-6).sqrt();
    const double pre =
        (site->pre->alpha[0] * (site->pre->phi[0].dot(normalised)).tanh() + site->pre->bias[j])
            .item<double>();
    EXPECT_NEAR(maps.pre_BTN[0][0][j].item<double>(), pre, 1e-5);
    for (int i = 0; i < kStreams; ++i) {
      const double h =
          (res->alpha[0] * (res->phi[i].dot(normalised)).tanh() + res->bias[i * kStreams + j])
              .item<double>();
      EXPECT_NEAR(maps.res_BTNN[0][0][i][j].item<double>(), h, 1e-5);
    }
  }
}

TEST(HyperConnection, WithOneStreamIsTheResidualWithGains) {
  HyperConnection site(Settings("mhc", "sinkhorn"), 1, kChannels, 0);
  Perturb(*site, 4);
  const at::Tensor x = torch::randn({1, 2, 1, kChannels}), f = torch::randn({1, 2, kChannels});
  const StreamMappings maps = site->Maps(x);
  EXPECT_TRUE(maps.res_BTNN.equal(torch::ones_like(maps.res_BTNN)));
  const at::Tensor expected = x + maps.post_BTN.unsqueeze(-1) * f.unsqueeze(-2);
  EXPECT_TRUE(torch::allclose(site->Write(maps, x, f), expected, 1e-6, 1e-6));
}

TEST(HyperConnection, KeepsItsCoefficientsInFloat32WhenTheStreamsAreBfloat16) {
  HyperConnection site(Settings("mhc", "sinkhorn"), kStreams, kChannels, 0);
  const at::Tensor x = torch::randn({1, 2, kStreams, kChannels}).to(torch::kBFloat16);
  const StreamMappings maps = site->Maps(x);
  EXPECT_EQ(maps.res_BTNN.scalar_type(), torch::kFloat32);
  EXPECT_EQ(maps.pre_BTN.scalar_type(), torch::kFloat32);
  const at::Tensor y = site->Write(maps, x, torch::randn({1, 2, kChannels}));
  EXPECT_EQ(y.scalar_type(), torch::kBFloat16);
}

TEST(HyperConnection, BlendsLinearlyFromTheOldMapToTheNew) {
  HyperConnection site(Settings("mhc", "sinkhorn"), kStreams, kChannels, 0);
  const at::Tensor x = torch::randn({1, 1, kStreams, kChannels});
  const at::Tensor old_map = site->Maps(x).res_BTNN.detach();
  const ConstraintChoice choice = *ChooseConstraint("unconstrained");
  const at::Tensor target = torch::full({16}, 0.25);
  site->SetConstraint(choice, target, Blend{100, 4});
  const at::Tensor new_map = target.view({4, 4});
  for (int finished = 100; finished < 104; ++finished) {
    const double weight = site->blend()->Weight(finished);
    EXPECT_DOUBLE_EQ(weight, (finished - 99) / 4.0);
    site->SetBlendWeight(weight);
    const at::Tensor expected = (1 - weight) * old_map + weight * new_map;
    EXPECT_TRUE(torch::allclose(site->Maps(x).res_BTNN, expected, 1e-6, 1e-6));
  }
  site->EndBlend();
  EXPECT_FALSE(site->blend().has_value());
  EXPECT_TRUE(torch::allclose(site->Maps(x).res_BTNN[0][0], new_map));
}

// With φ = 0, b_post = 0 and equal streams every stream is the Pre-Norm residual stream.
TEST(Decoder, EqualsThePlainResidualModelAtTheStartForDoublyStochasticMaps) {
  for (const char* constraint : {"sinkhorn", "identity"}) {
    Decoder plain(SmallConfiguration({{"mixing.connection", "residual"}}), 256);
    Decoder mixed(
        SmallConfiguration({{"mixing.constraint", constraint}, {"model.readout", "mean"}}), 256);
    torch::NoGradGuard no_grad;
    for (HyperConnection& site : mixed->sites) site->pre->bias.fill_(-std::log(3.0));  // H_pre 1/4
    const at::Tensor tokens = torch::randint(256, {2, 8});
    const double difference = (plain->Forward(tokens, nullptr) - mixed->Forward(tokens, nullptr))
                                  .abs()
                                  .max()
                                  .item<double>();
    EXPECT_LE(difference, 3e-6) << constraint;
  }
}

TEST(Decoder, GivesEveryParameterAGradient) {
  for (const char* connection : {"mhc", "hc", "residual"}) {
    Decoder model(SmallConfiguration({{"mixing.connection", connection},
                                      {"model.expand", "scaled"},
                                      {"model.readout", "learned"}}),
                  256);
    Perturb(*model, 9);
    const at::Tensor tokens = torch::randint(256, {2, 8});
    model->Forward(tokens, nullptr).square().sum().backward();
    for (const auto& entry : model->named_parameters()) {
      ASSERT_TRUE(entry.value().grad().defined()) << connection << " " << entry.key();
      if (entry.key() == "embedding.weight") continue;
      EXPECT_GT(entry.value().grad().abs().max().item<double>(), 0.0)
          << connection << " " << entry.key();
    }
  }
}

TEST(Decoder, SeesNoTokenThatComesLater) {
  Decoder model(SmallConfiguration({}), 256);
  const at::Tensor tokens = torch::randint(256, {1, 8});
  at::Tensor changed = tokens.clone();
  changed[0][5] = (tokens[0][5].item<std::int64_t>() + 1) % 256;
  torch::NoGradGuard no_grad;
  const at::Tensor a = model->Forward(tokens, nullptr), b = model->Forward(changed, nullptr);
  EXPECT_TRUE(torch::allclose(a.narrow(1, 0, 5), b.narrow(1, 0, 5), 1e-6, 1e-6));
  EXPECT_FALSE(torch::allclose(a.narrow(1, 5, 3), b.narrow(1, 5, 3), 1e-4, 1e-4));
}

TEST(Decoder, IsAFunctionOfItsSeed) {
  Decoder a(SmallConfiguration({{"seed", "3"}}), 256), b(SmallConfiguration({{"seed", "3"}}), 256);
  Decoder c(SmallConfiguration({{"seed", "4"}}), 256);
  const at::Tensor tokens = torch::randint(256, {1, 8});
  torch::NoGradGuard no_grad;
  EXPECT_TRUE(a->Forward(tokens, nullptr).equal(b->Forward(tokens, nullptr)));
  EXPECT_FALSE(a->Forward(tokens, nullptr).equal(c->Forward(tokens, nullptr)));
}

TEST(Decoder, TracingChangesNoBit) {
  Decoder model(SmallConfiguration({}), 256);
  const at::Tensor tokens = torch::randint(256, {1, 8});
  ForwardTrace trace;
  torch::NoGradGuard no_grad;
  EXPECT_TRUE(model->Forward(tokens, nullptr).equal(model->Forward(tokens, &trace)));
  EXPECT_EQ(trace.sites.size(), 4u);
  EXPECT_EQ(trace.streams_BTNC.size(), 5u);
}

}  // namespace
}  // namespace mhc
