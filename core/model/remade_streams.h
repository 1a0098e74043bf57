// The streams between two sites, made again on the way back from what the sites before keep anyway:
// for one more mix they take no memory in between.
//
// Shapes: B batch, T tokens, N streams, C channels. Thread rule: one thread.
#pragma once

#include <torch/torch.h>

namespace mhc {

// H_res x + H_postᵀ f by the fused kernel, in the type of x; every tensor without gaps, of every
// token. Knows nothing of gradients.
at::Tensor MixedStreams(const at::Tensor& x_BTNC, const at::Tensor& f_BTC,
                        const at::Tensor& post_BTN, const at::Tensor& res_BTNN);

class RemadeStreams : public torch::CustomClassHolder {
 public:
  // Of the first site, as MixedStreams takes them. Where its own streams are made again, `before`
  // makes them, and `x_BTNC` is not used.
  RemadeStreams(c10::intrusive_ptr<RemadeStreams> before, const at::Tensor& x_BTNC,
                const at::Tensor& f_BTC, const at::Tensor& post_BTN, const at::Tensor& res_BTNN);

  // Bit for bit those of the way there. Made at the first call, with all that they are made from,
  // and kept until Drop().
  at::Tensor Get();
  // Nobody asks any more: lets go of them and of what they are made from.
  void Drop();

 private:
  c10::intrusive_ptr<RemadeStreams> before_;
  at::Tensor x_, f_, post_, res_, made_;
};

// How x is had again on the way back; null: it is kept.
using StreamSource = c10::intrusive_ptr<RemadeStreams>;

// Whether a stack of so many sites keeps the streams before this one: at every k-th, counted from
// the last one, so that of the ⌈L/k⌉ that are kept and the k − 1 that are made at once the sum is
// the least, at k = √L; and at the first, which nothing makes.
bool KeepsStreams(std::int64_t site, std::int64_t sites);

}  // namespace mhc
