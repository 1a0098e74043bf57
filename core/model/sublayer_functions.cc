#include "core/model/sublayer_functions.h"

#include "core/model/kernel_place.h"
#include "core/model/kernels/sublayer_kernels.h"

namespace mhc {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool RunsOnKernels(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

const float* From(const at::Tensor& t) { return t.const_data_ptr<float>(); }
float* To(const at::Tensor& t) { return t.mutable_data_ptr<float>(); }

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given,
                            const at::Tensor& given_weight, double epsilon) {
    const at::Tensor x = given.contiguous(), weight = given_weight.contiguous();
    const std::int64_t channels = weight.numel(), rows = x.numel() / channels;
    const at::Tensor y = torch::empty_like(x), scale = torch::empty({rows}, x.options());
    kernels::Normalise({.rows = rows,
                        .channels = channels,
                        .x = From(x),
                        .weight = From(weight),
                        .epsilon = static_cast<float>(epsilon),
                        .y = To(y),
                        .scale = To(scale)},
                       ThisPlace());
    context->save_for_backward({x, weight, scale});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &scale = saved[2];
    const at::Tensor grad_y = gradients[0].contiguous();
    const at::Tensor grad_x = torch::empty_like(x), grad_weight = torch::empty_like(weight);
    const kernels::Place place = ThisPlace();
    const std::int64_t channels = weight.numel();
    const auto floats =
        static_cast<std::int64_t>(kernels::NormScratchFloats(channels, place.threads));
    const at::Tensor scratch = torch::empty({floats}, x.options());
    kernels::NormaliseBackward({.rows = scale.numel(),
                                .channels = channels,
                                .x = From(x),
                                .weight = From(weight),
                                .scale = From(scale),
                                .grad_y = From(grad_y),
                                .grad_x = To(grad_x),
                                .grad_weight = To(grad_weight)},
                               To(scratch), place);
    return {grad_x, grad_weight, {}};
  }
};

kernels::Rotation RotationOf(std::int64_t batch, std::int64_t tokens, std::int64_t heads,
                             const at::Tensor& cosine, const at::Tensor& sine) {
  return {.tokens = batch * tokens,
          .length = tokens,
          .heads = static_cast<int>(heads),
          .half = static_cast<int>(cosine.size(1)),
          .cosine = From(cosine),
          .sine = From(sine)};
}

class RotationFunction : public torch::autograd::Function<RotationFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& given,
                               std::int64_t heads, const at::Tensor& cosine,
                               const at::Tensor& sine) {
    const at::Tensor qkv = given.contiguous();
    const std::int64_t batch = qkv.size(0), tokens = qkv.size(1);
    const auto empty = [&] {
      return torch::empty({batch, tokens, heads, qkv.size(2) / 3 / heads}, qkv.options());
    };
    const at::Tensor q = empty(), k = empty(), v = empty();
    kernels::Rotate(RotationOf(batch, tokens, heads, cosine, sine), From(qkv),
                    {To(q), To(k), To(v)}, ThisPlace());
    context->saved_data["cosine"] = cosine;
    context->saved_data["sine"] = sine;
    return {q, k, v};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor cosine = context->saved_data["cosine"].toTensor();
    const at::Tensor sine = context->saved_data["sine"].toTensor();
    const at::Tensor q = gradients[0].contiguous(), k = gradients[1].contiguous();
    const at::Tensor v = gradients[2].contiguous();
    const std::int64_t batch = q.size(0), tokens = q.size(1), heads = q.size(2);
    const at::Tensor grad_qkv = torch::empty({batch, tokens, 3 * heads * q.size(3)}, q.options());
    kernels::RotateBackward(RotationOf(batch, tokens, heads, cosine, sine),
                            {From(q), From(k), From(v)}, To(grad_qkv), ThisPlace());
    return {grad_qkv, {}, {}, {}};
  }
};

class GateFunction : public torch::autograd::Function<GateFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given) {
    const at::Tensor gate_up = given.contiguous();
    const std::int64_t width = gate_up.size(-1) / 2;
    std::vector<std::int64_t> sizes = gate_up.sizes().vec();
    sizes.back() = width;
    const at::Tensor y = torch::empty(sizes, gate_up.options());
    kernels::GateUp(y.numel() / width, width, From(gate_up), To(y), ThisPlace());
    context->save_for_backward({gate_up});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor gate_up = context->get_saved_variables()[0];
    const at::Tensor grad_y = gradients[0].contiguous();
    const at::Tensor grad_gate_up = torch::empty_like(gate_up);
    const std::int64_t width = grad_y.size(-1);
    kernels::GateUpBackward(grad_y.numel() / width, width, From(gate_up), From(grad_y),
                            To(grad_gate_up), ThisPlace());
    return {grad_gate_up};
  }
};

at::Tensor Turned(const at::Tensor& x_BHTD, const at::Tensor& cosine_TR,
                  const at::Tensor& sine_TR) {
  const std::vector<at::Tensor> halves = x_BHTD.chunk(2, -1);
  return torch::cat(
      {halves[0] * cosine_TR - halves[1] * sine_TR, halves[1] * cosine_TR + halves[0] * sine_TR},
      -1);
}

}  // namespace

at::Tensor Normalised(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (!RunsOnKernels(x)) return torch::rms_norm(x, weight.sizes(), weight, epsilon);
  return NormFunction::apply(x, weight, epsilon);
}

Heads TurnedHeads(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& cosine_TR,
                  const at::Tensor& sine_TR) {
  const std::int64_t batch = qkv.size(0), tokens = qkv.size(1);
  const at::Tensor cosine = cosine_TR.narrow(0, 0, tokens), sine = sine_TR.narrow(0, 0, tokens);
  if (RunsOnKernels(qkv)) {
    const variable_list parts = RotationFunction::apply(qkv, heads, cosine, sine);
    return {parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2)};
  }
  const std::vector<at::Tensor> parts = qkv.chunk(3, -1);
  const auto split = [&](const at::Tensor& t) {
    return t.view({batch, tokens, heads, t.size(-1) / heads}).transpose(1, 2);
  };
  const at::Tensor c = cosine.to(qkv.options()), s = sine.to(qkv.options());
  return {Turned(split(parts[0]), c, s), Turned(split(parts[1]), c, s), split(parts[2])};
}

at::Tensor Gated(const at::Tensor& gate_up) {
  if (RunsOnKernels(gate_up)) return GateFunction::apply(gate_up);
  const std::vector<at::Tensor> parts = gate_up.chunk(2, -1);
  return torch::silu(parts[0]) * parts[1];
}

}  // namespace mhc
