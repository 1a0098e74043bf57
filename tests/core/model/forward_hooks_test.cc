// What a forward pass is made to do otherwise, and that it does nothing otherwise without.
#include <gmock/gmock.h>

#include "core/model/decoder.h"
#include "small_model.h"

namespace mhc {
namespace {

using ::testing::ElementsAre;

class ForwardHooksTest : public ::testing::Test {
 protected:
  at::Tensor Logits(Decoder& model, const ForwardHooks* hooks) const {
    torch::NoGradGuard no_grad;
    return model->Forward(tokens_, nullptr, hooks);
  }
  // Gradients of a loss, in the order of the parameters.
  std::vector<at::Tensor> Gradients(Decoder& model, const ForwardHooks* hooks) const {
    model->zero_grad();
    model->Forward(tokens_, nullptr, hooks).square().sum().backward();
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& parameter : model->parameters()) {
      gradients.push_back(parameter.grad().clone());
    }
    return gradients;
  }

  const at::Tensor tokens_ = torch::arange(16).view({2, 8});
};

TEST_F(ForwardHooksTest, WhichGiveBackWhatTheyGetChangeNoBit) {
  Decoder model(SmallConfiguration({}), 256);
  Perturb(*model, 9);
  ForwardHooks hooks;
  hooks.streams = [](std::int64_t, const at::Tensor& x) { return x; };
  hooks.res = [](std::int64_t, const at::Tensor& res) { return res; };
  const ForwardHooks none;
  EXPECT_TRUE(Logits(model, nullptr).equal(Logits(model, &hooks)));
  EXPECT_TRUE(Logits(model, nullptr).equal(Logits(model, &none)));
  const auto without = Gradients(model, nullptr), with = Gradients(model, &hooks);
  for (std::size_t i = 0; i < without.size(); ++i) EXPECT_TRUE(without[i].equal(with[i])) << i;
}

TEST_F(ForwardHooksTest, MeetEverySiteOnceAndTheTraceHoldsWhatWasApplied) {
  Decoder model(SmallConfiguration({}), 256);
  Perturb(*model, 9);
  std::vector<std::int64_t> at_streams, at_res;
  ForwardHooks hooks;
  hooks.streams = [&](std::int64_t site, const at::Tensor& x) {
    at_streams.push_back(site);
    return site == 2 ? 2 * x : x;
  };
  hooks.res = [&](std::int64_t site, const at::Tensor& res) {
    at_res.push_back(site);
    return site == 1 ? torch::full({4, 4}, 0.5f) : res;
  };
  torch::NoGradGuard no_grad;
  ForwardTrace trace, plain;
  model->Forward(tokens_, &trace, &hooks);
  model->Forward(tokens_, &plain);
  EXPECT_THAT(at_streams, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(at_res, ElementsAre(0, 1, 2, 3));
  EXPECT_TRUE(trace.sites[1].res_BTNN.equal(torch::full({4, 4}, 0.5f)));
  EXPECT_TRUE(trace.sites[0].res_BTNN.equal(plain.sites[0].res_BTNN));
  EXPECT_TRUE(trace.streams_BTNC[1].equal(plain.streams_BTNC[1]));
  // What site 1 wrote, H_res x + H_postᵀ f, with the map of the hook, and twice as much at site 2.
  const at::Tensor& x = plain.streams_BTNC[1];
  const at::Tensor written = plain.streams_BTNC[2] - plain.sites[1].res_BTNN.matmul(x);
  const at::Tensor expected = 2 * (trace.sites[1].res_BTNN.matmul(x) + written);
  EXPECT_TRUE(torch::allclose(trace.streams_BTNC[2], expected, 1e-4, 1e-4));
}

// Equal streams stay equal while every row of H_res sums to 1 and all write maps are equal, as they
// are at the start.
TEST_F(ForwardHooksTest, MixingEqualStreamsInFullChangesNothing) {
  Decoder model(SmallConfiguration({{"mixing.constraint", "identity"}}), 256);
  ForwardHooks hooks;
  hooks.res = [](std::int64_t, const at::Tensor&) { return torch::full({4, 4}, 0.25f); };
  EXPECT_TRUE(torch::allclose(Logits(model, nullptr), Logits(model, &hooks), 1e-5, 1e-5));
  Perturb(*model, 9);
  EXPECT_FALSE(torch::allclose(Logits(model, nullptr), Logits(model, &hooks), 1e-2, 1e-2));
}

}  // namespace
}  // namespace mhc
