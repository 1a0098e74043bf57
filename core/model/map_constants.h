// The constant tensors of maps, made once: a permutation basis or a table of places would be built
// again at every site of every forward pass otherwise.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>

namespace mhc {

// What `make` gives for `name` at n, in the type and place of `options`; made at the first call
// with these and shared by the later ones, which must not change it. `name` says which constant it
// is. Thread rule: a store for each thread.
at::Tensor MapConstant(const std::string& name, std::int64_t n, const at::TensorOptions& options,
                       const std::function<at::Tensor()>& make);

}  // namespace mhc
