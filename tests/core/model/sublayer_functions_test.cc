#include "core/model/sublayer_functions.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

// Of the largest magnitude, in float32 against the same operation by LibTorch in float64.
constexpr double kSublayerValueTolerance = 1e-6, kSublayerGradientTolerance = 1e-5;

double LargestError(const at::Tensor& found, const at::Tensor& expected) {
  return ((found.to(torch::kFloat64) - expected).abs().max() / expected.abs().max()).item<double>();
}

// What `body` makes of the inputs, and the cotangents of the inputs for given ones of its results.
template <class Body>
std::vector<at::Tensor> ThereAndBack(std::vector<at::Tensor> inputs, torch::Dtype type,
                                     const Body& body) {
  for (at::Tensor& input : inputs) input = input.to(type).requires_grad_();
  std::vector<at::Tensor> results = body(inputs);
  torch::manual_seed(11);
  std::vector<at::Tensor> cotangents;
  for (const at::Tensor& result : results) {
    cotangents.push_back(torch::randn(result.sizes()).to(type));
  }
  const auto gradients = torch::autograd::grad(results, inputs, cotangents);
  results.insert(results.end(), gradients.begin(), gradients.end());
  return results;
}

template <class Body>
void ExpectSameAsLibTorch(const std::vector<at::Tensor>& inputs, std::size_t results,
                          const Body& body) {
  const auto found = ThereAndBack(inputs, torch::kFloat32, body);
  const auto expected = ThereAndBack(inputs, torch::kFloat64, body);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].sizes(), expected[i].sizes());
    EXPECT_LE(LargestError(found[i], expected[i]),
              i < results ? kSublayerValueTolerance : kSublayerGradientTolerance)
        << i;
  }
}

TEST(SublayerFunctions, TheNormIsLibTorchs) {
  torch::manual_seed(1);
  for (const std::int64_t channels : {3, 16, 37, 256}) {
    const std::vector<at::Tensor> inputs = {torch::randn({2, 5, channels}),
                                            torch::rand({channels}) + 0.5};
    ExpectSameAsLibTorch(inputs, 1, [](const std::vector<at::Tensor>& in) {
      return std::vector{Normalised(in[0], in[1], 1e-6)};
    });
  }
}

TEST(SublayerFunctions, TheGateIsLibTorchs) {
  torch::manual_seed(2);
  for (const std::int64_t width : {1, 8, 43, 688}) {
    ExpectSameAsLibTorch(
        {3 * torch::randn({2, 5, 2 * width})}, 1,
        [](const std::vector<at::Tensor>& in) { return std::vector{Gated(in[0])}; });
  }
}

TEST(SublayerFunctions, TheHeadsAreLibTorchs) {
  torch::manual_seed(3);
  for (const std::int64_t half : {1, 4, 8, 16, 19}) {
    const at::Tensor angles = torch::randn({9, half}, torch::kFloat64);
    const at::Tensor cosine = angles.cos().to(torch::kFloat32);
    const at::Tensor sine = angles.sin().to(torch::kFloat32);
    ExpectSameAsLibTorch({torch::randn({2, 7, 3 * 3 * 2 * half})}, 3,
                         [&](const std::vector<at::Tensor>& in) {
                           const Heads heads = TurnedHeads(in[0], 3, cosine, sine);
                           return std::vector{heads.q_BHTD, heads.k_BHTD, heads.v_BHTD};
                         });
  }
}

TEST(SublayerFunctions, TakeTensorsThatDoNotLieInOneStretch) {
  torch::manual_seed(4);
  const at::Tensor x = torch::randn({6, 10, 4}).transpose(0, 2);
  const at::Tensor weight = torch::rand({6});
  EXPECT_LE(
      LargestError(Normalised(x, weight, 1e-6),
                   torch::rms_norm(x.to(torch::kFloat64), {6}, weight.to(torch::kFloat64), 1e-6)),
      kSublayerValueTolerance);
  EXPECT_TRUE(Gated(x).equal(Gated(x.contiguous())));
}

}  // namespace
}  // namespace mhc
