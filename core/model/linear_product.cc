#include "core/model/linear_product.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string_view>

namespace mhc {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Scalars = c10::List<std::optional<at::Scalar>>;
using OneDnnLinear = c10::TypedOperatorHandle<at::Tensor(
    const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
    Scalars, std::optional<std::string_view>)>;

// LibTorch offers oneDNN's product for plain tensors by the operation that its compiler emits.
std::optional<OneDnnLinear> FindOneDnnLinear() {
  if (!at::hasMKLDNN()) return std::nullopt;
  const auto operation = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  if (!operation) return std::nullopt;
  try {
    return operation
        ->typed<at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                           std::string_view, Scalars, std::optional<std::string_view>)>();
  } catch (const c10::Error&) {
    return std::nullopt;  // of a LibTorch whose operation takes other arguments
  }
}

const std::optional<OneDnnLinear>& OneDnn() {
  static const std::optional<OneDnnLinear> operation = FindOneDnnLinear();
  return operation;
}

// Below so many operations a call costs more than its arithmetic.
constexpr std::int64_t kWorthACall = 1 << 22;

bool IsOneDnns(const at::Tensor& x, const at::Tensor& weight) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 &&
         weight.scalar_type() == torch::kFloat32 && 2 * x.numel() * weight.size(0) >= kWorthACall &&
         OneDnn().has_value();
}

at::Tensor OneDnnProduct(const at::Tensor& x, const at::Tensor& weight) {
  return OneDnn()->call(x, weight, std::nullopt, "none", Scalars(), "");
}

class LinearProductFunction : public torch::autograd::Function<LinearProductFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x_RI,
                            const at::Tensor& weight_OI) {
    context->save_for_backward({x_RI, weight_OI});
    return OneDnnProduct(x_RI, weight_OI);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x_RI = saved[0], &weight_OI = saved[1];
    const at::Tensor grad_RO = gradients[0].contiguous();
    return {OneDnnProduct(grad_RO, weight_OI.t()), grad_RO.t().mm(x_RI)};
  }
};

}  // namespace

at::Tensor LinearProduct(const at::Tensor& x, const at::Tensor& weight) {
  if (!IsOneDnns(x, weight)) return torch::linear(x, weight);
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  return LinearProductFunction::apply(x.reshape({-1, x.size(-1)}).contiguous(), weight).view(sizes);
}

}  // namespace mhc
