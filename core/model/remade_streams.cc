#include "core/model/remade_streams.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/model/kernel_place.h"
#include "core/model/kernels/site_kernels.h"

namespace mhc {

at::Tensor MixedStreams(const at::Tensor& x, const at::Tensor& f, const at::Tensor& post,
                        const at::Tensor& res) {
  const at::Tensor y = torch::empty_like(x);
  kernels::WriteAndMix({.tokens = x.size(0) * x.size(1),
                        .streams = static_cast<int>(x.size(2)),
                        .channels = x.size(3),
                        .is_bfloat16 = x.scalar_type() == torch::kBFloat16,
                        .x = x.const_data_ptr(),
                        .f = f.const_data_ptr<float>(),
                        .post = post.const_data_ptr<float>(),
                        .res = res.const_data_ptr<float>(),
                        .y = y.mutable_data_ptr()},
                       ThisPlace());
  return y;
}

RemadeStreams::RemadeStreams(StreamSource before, const at::Tensor& x, const at::Tensor& f,
                             const at::Tensor& post, const at::Tensor& res)
    : before_(std::move(before)), f_(f.detach()), post_(post.detach()), res_(res.detach()) {
  if (!before_) x_ = x.detach();
}

at::Tensor RemadeStreams::Get() {
  if (!made_.defined()) made_ = MixedStreams(before_ ? before_->Get() : x_, f_, post_, res_);
  return made_;
}

void RemadeStreams::Drop() {
  before_.reset();
  for (at::Tensor* tensor : {&x_, &f_, &post_, &res_, &made_}) tensor->reset();
}

bool KeepsStreams(std::int64_t site, std::int64_t sites) {
  const auto block = std::max<std::int64_t>(1, std::llround(std::sqrt(double(sites))));
  return site == 0 || (sites - 1 - site) % block == 0;
}

}  // namespace mhc
