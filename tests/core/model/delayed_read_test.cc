// Each sublayer reads with the map that the one before predicted (the twist of V4.1-Flash).
#include <gmock/gmock.h>

#include "core/model/decoder.h"
#include "small_model.h"

namespace mhc {
namespace {

using ::testing::IsEmpty;

class DelayedReadTest : public ::testing::Test {
 protected:
  static Decoder MakeModel(std::vector<Setting> more) {
    Decoder model(SmallConfiguration(more), 256);
    Perturb(*model, 9);
    return model;
  }
  ForwardTrace Trace(Decoder& model) const {
    torch::NoGradGuard no_grad;
    ForwardTrace trace;
    model->Forward(tokens_, &trace);
    return trace;
  }
  // H_pre as a site predicts it from the streams that it met.
  static at::Tensor Predicted(Decoder& model, const ForwardTrace& trace, std::size_t site) {
    torch::NoGradGuard no_grad;
    return model->sites[site]->Maps(trace.streams_BTNC[site]).pre_BTN;
  }
  static std::vector<std::string> NamesWith(Decoder& model, const std::string& part) {
    std::vector<std::string> names;
    for (const auto& entry : model->named_parameters()) {
      if (entry.key().find(part) != std::string::npos) names.push_back(entry.key());
    }
    return names;
  }

  const at::Tensor tokens_ = torch::arange(16).view({2, 8});
};

class DelayedRead : public DelayedReadTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(DelayedRead, ShiftsTheReadsByOneSiteAndBeginsWithStreamZero) {
  Decoder model = MakeModel({{"mixing.connection", GetParam()}, {"mixing.delayed_read", "true"}});
  const ForwardTrace trace = Trace(model);
  EXPECT_TRUE(trace.sites[0].pre_BTN.equal(torch::tensor({1.0f, 0.0f, 0.0f, 0.0f})));
  for (std::size_t site = 1; site < 4; ++site) {
    EXPECT_TRUE(trace.sites[site].pre_BTN.equal(Predicted(model, trace, site - 1))) << site;
  }
  // The other maps stay where they are.
  torch::NoGradGuard no_grad;
  const StreamMappings own = model->sites[2]->Maps(trace.streams_BTNC[2]);
  EXPECT_TRUE(trace.sites[2].res_BTNN.equal(own.res_BTNN));
  EXPECT_TRUE(trace.sites[2].post_BTN.equal(own.post_BTN));
}

TEST_P(DelayedRead, IsOffByDefault) {
  Decoder model = MakeModel({{"mixing.connection", GetParam()}});
  const ForwardTrace trace = Trace(model);
  for (std::size_t site = 0; site < 4; ++site) {
    EXPECT_TRUE(trace.sites[site].pre_BTN.equal(Predicted(model, trace, site))) << site;
  }
}

TEST_P(DelayedRead, TheLastSitePredictsNoReadWhereNothingTakesIt) {
  Decoder model = MakeModel({{"mixing.connection", GetParam()}, {"mixing.delayed_read", "true"}});
  EXPECT_THAT(NamesWith(model, "sites.3.pre."), IsEmpty());
  EXPECT_EQ(NamesWith(model, "sites.2.pre.").size(), 3u);
}

TEST_P(DelayedRead, ALearnedReadoutIsWhatTheLastSitePredicted) {
  Decoder model = MakeModel({{"mixing.connection", GetParam()},
                             {"mixing.delayed_read", "true"},
                             {"model.readout", "learned"}});
  EXPECT_THAT(NamesWith(model, "readout"), IsEmpty());
  EXPECT_EQ(NamesWith(model, "sites.3.pre.").size(), 3u);
  const ForwardTrace trace = Trace(model);
  torch::NoGradGuard no_grad;
  const at::Tensor read_BTC =
      (Predicted(model, trace, 3).unsqueeze(-1) * trace.streams_BTNC[4]).sum(-2);
  const auto parameters = model->named_parameters();
  const at::Tensor norm = (read_BTC.square().mean(-1, /*keepdim=*/true) + 1e-6).sqrt();
  const at::Tensor expected = (read_BTC / norm * parameters["norm.weight"])
                                  .matmul(parameters["head.weight"].transpose(0, 1));
  EXPECT_TRUE(torch::allclose(model->Forward(tokens_, nullptr), expected, 1e-4, 1e-4));
}

TEST_P(DelayedRead, GivesEveryParameterAGradient) {
  for (const char* readout : {"sum", "learned"}) {
    Decoder model = MakeModel({{"mixing.connection", GetParam()},
                               {"mixing.delayed_read", "true"},
                               {"model.readout", readout}});
    model->Forward(tokens_, nullptr).square().sum().backward();
    for (const auto& entry : model->named_parameters()) {
      ASSERT_TRUE(entry.value().grad().defined()) << readout << " " << entry.key();
      EXPECT_GT(entry.value().grad().abs().max().item<double>(), 0.0) << entry.key();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfBothConnections, DelayedRead, ::testing::Values("mhc", "hc"));

// Site 2 reads with what site 1 predicted, and so does site 1; nothing takes what site 2 predicts.
TEST_F(DelayedReadTest, OfASingleSiteLeavesTheOthers) {
  Configuration configuration = SmallConfiguration({});
  configuration.site_overrides = {{{2}, configuration.mixing}};
  configuration.site_overrides[0].settings.delayed_read = true;
  Decoder model(configuration, 256);
  Perturb(*model, 9);
  const ForwardTrace trace = Trace(model);
  for (const auto& [site, source] : {std::pair(0, 0), {1, 1}, {2, 1}, {3, 3}}) {
    EXPECT_TRUE(trace.sites[site].pre_BTN.equal(Predicted(model, trace, source))) << site;
  }
  EXPECT_THAT(NamesWith(model, "sites.2.pre."), IsEmpty());
  EXPECT_THAT(NamesWith(model, "sites.1.pre.").size(), 3u);
}

}  // namespace
}  // namespace mhc
