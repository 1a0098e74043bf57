#include "core/model/map_constants.h"

#include <map>
#include <tuple>

namespace mhc {

at::Tensor MapConstant(const std::string& name, std::int64_t n, const at::TensorOptions& options,
                       const std::function<at::Tensor()>& make) {
  const torch::Device device = options.device();
  using Key = std::tuple<std::string, std::int64_t, at::ScalarType, at::DeviceType, int>;
  static thread_local std::map<Key, at::Tensor> constants;
  const Key key{name, n, torch::typeMetaToScalarType(options.dtype()), device.type(),
                device.index()};
  at::Tensor& constant = constants[key];
  if (!constant.defined()) {
    torch::NoGradGuard no_grad;
    constant = make().to(options.requires_grad(false));
  }
  return constant;
}

}  // namespace mhc
