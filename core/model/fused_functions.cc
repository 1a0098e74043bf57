#include "core/model/fused_functions.h"

#include <array>
#include <utility>

#include "core/model/kernel_constraint.h"
#include "core/model/kernel_place.h"
#include "core/model/kernels/site_kernels.h"

namespace mhc {
namespace {

using kernels::Gate;
using kernels::Source;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Source SourceOf(const MapPredictor& predictor) {
  if (!predictor->dynamic() || predictor->size() == 0) return Source::kStatic;
  return predictor->options().kind == PredictorKind::kHc ? Source::kEachStream : Source::kFlattened;
}

Gate GateOf(const MapPredictor& predictor) {
  switch (predictor->options().kind) {
    case PredictorKind::kMhc:
      return Gate::kSigmoid;
    case PredictorKind::kHc:
      return Gate::kPlain;
    default:
      return Gate::kFixed;
  }
}

// What one forward pass of a site leaves for its way back, beside tensors: the kernels' description
// with the numbers that it points to.
struct FusedPlan : torch::CustomClassHolder {
  explicit FusedPlan(const FusedSiteForm& form) : constraint(form.constraint) {
    if (form.outgoing_constraint) outgoing_constraint = *form.outgoing_constraint;
    const auto n = static_cast<int>(form.streams);
    site.streams = n;
    site.channels = form.channels;
    site.eps_norm = static_cast<float>(form.eps_norm);
    site.eps_pre = static_cast<float>(form.eps_pre);
    site.pre_value = 1.0f / static_cast<float>(n);
    site.pre_gate = GateOf(form.pre);
    site.post_gate = GateOf(form.post);
    predictors = {form.pre, form.post, form.res, form.outgoing};
    site.constraint = ToKernel(constraint, n);
    site.blends = !form.outgoing.is_empty();
    if (site.blends) site.old_constraint = ToKernel(outgoing_constraint, n);
    site.blend = static_cast<float>(form.blend_weight);
    TakeNumbers();
  }

  std::array<kernels::Predictor*, 4> maps() {
    return {&site.pre, &site.post, &site.res, &site.old};
  }

  // Columns as far apart as the kernels want them.
  static at::Tensor Apart(const at::Tensor& columns_ML) {
    const std::int64_t length = columns_ML.size(1);
    at::Tensor apart = torch::empty({columns_ML.size(0), kernels::ColumnStride(length)});
    apart.narrow(1, 0, length).copy_(columns_ML);
    return apart.narrow(1, 0, length);
  }

  // The kernels read weights column after column.
  void TakeNumbers() {
    torch::NoGradGuard no_grad;
    std::vector<at::Tensor> flat, rows, biases;
    for (std::size_t i = 0; i < predictors.size(); ++i) {
      const MapPredictor& predictor = predictors[i];
      if (predictor.is_empty() || !predictor->bias.defined()) continue;
      kernels::Predictor& map = *maps()[i];
      map.source = SourceOf(predictor);
      map.values = static_cast<int>(predictor->size());
      biases.push_back(predictor->bias);
      if (map.source == Source::kStatic) continue;
      map.alpha = predictor->alpha.const_data_ptr<float>();
      map.columns = static_cast<int>(predictor->phi.size(map.source == Source::kFlattened ? 1 : 0));
      (map.source == Source::kFlattened ? flat : rows).push_back(predictor->phi);
    }
    if (!flat.empty()) flat_weights = Apart(torch::cat(flat, 1).t());
    if (!rows.empty()) stream_weights = Apart(torch::cat(rows, 0));
    if (!biases.empty()) bias = torch::cat(biases).contiguous();
    if (flat_weights.defined()) site.flat_weights = flat_weights.const_data_ptr<float>();
    if (stream_weights.defined()) site.stream_weights = stream_weights.const_data_ptr<float>();
    std::int64_t first = 0;
    for (kernels::Predictor* map : maps()) {
      if (map->values > 0) map->bias = bias.const_data_ptr<float>() + first;
      first += map->values;
    }
  }

  // In the order in which their gradients are returned.
  std::vector<at::Tensor> Parameters() const {
    std::vector<at::Tensor> all;
    for (const MapPredictor& predictor : predictors) {
      if (predictor.is_empty()) continue;
      for (const at::Tensor& t : {predictor->phi, predictor->alpha, predictor->bias}) {
        if (t.defined()) all.push_back(t);
      }
    }
    return all;
  }

  ConstraintChoice constraint, outgoing_constraint;
  std::array<MapPredictor, 4> predictors{MapPredictor{nullptr}, MapPredictor{nullptr},
                                         MapPredictor{nullptr}, MapPredictor{nullptr}};
  at::Tensor flat_weights, stream_weights, bias;
  kernels::Site site;
  std::shared_ptr<PartClock> clock;
};

// Tells a clock, where there is one, which parts the time of a pass was.
class PartedPass {
 public:
  explicit PartedPass(std::shared_ptr<PartClock> clock) : clock_(std::move(clock)) {
    Enter(clock_, StepPart::kCoefficients);
  }
  ~PartedPass() {
    if (!clock_) return;
    clock_->Yield(StepPart::kConstraint, timing_.constraint);
    clock_->Yield(StepPart::kApply, timing_.read);
  }
  PartedPass(const PartedPass&) = delete;
  PartedPass& operator=(const PartedPass&) = delete;
  kernels::Timing* timing() { return clock_ ? &timing_ : nullptr; }

 private:
  std::shared_ptr<PartClock> clock_;
  kernels::Timing timing_;
};

const float* Numbers(const at::Tensor& t) {
  return t.defined() ? t.const_data_ptr<float>() : nullptr;
}
float* Places(const at::Tensor& t) { return t.defined() ? t.mutable_data_ptr<float>() : nullptr; }
at::Tensor Whole(const at::Tensor& t) { return t.defined() ? t.contiguous() : t; }

// The same memory may be written to: nobody else looks at it.
bool IsOurs(const at::Tensor& t) {
  // Of the engine's list and of the one that it gave us.
  constexpr std::size_t kLists = 2;
  return t.defined() && t.is_contiguous() && t.use_count() <= kLists &&
         t.storage().use_count() == 1;
}

// Of the tokens of x.
at::Tensor Scratch(const kernels::Site& site, const at::Tensor& x, const kernels::Place& place) {
  const std::int64_t tokens = x.size(0) * x.size(1);
  const auto floats = static_cast<std::int64_t>(kernels::ScratchFloats(site, tokens, place));
  return torch::empty({floats}, x.options().dtype(torch::kFloat32));
}

void KeepSource(const StreamSource& source, AutogradContext& context) {
  if (source) context.saved_data["source"] = c10::IValue::make_capsule(source);
}
StreamSource SourceKept(AutogradContext& context) {
  const auto kept = context.saved_data.find("source");
  if (kept == context.saved_data.end()) return {};
  return c10::static_intrusive_pointer_cast<RemadeStreams>(kept->second.toCapsule());
}

class MapsAndReadFunction : public torch::autograd::Function<MapsAndReadFunction> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& given_BTNC,
                               const std::optional<at::Tensor>& read,
                               at::ArrayRef<at::Tensor> /*parameters*/,
                               const c10::intrusive_ptr<FusedPlan>& plan,
                               const StreamSource& source) {
    PartedPass pass(plan->clock);
    const at::Tensor x = given_BTNC.contiguous();
    const kernels::Site& site = plan->site;
    const std::int64_t batch = x.size(0), length = x.size(1), n = site.streams;
    const auto empty = [&](std::vector<std::int64_t> more) {
      more.insert(more.begin(), {batch, length});
      return torch::empty(more, torch::kFloat32);
    };
    const at::Tensor z = empty({site.channels}), pre = empty({n}), post = empty({n});
    const at::Tensor res = empty({n, n}), u = empty({site.Values()});
    const at::Tensor flat_scale = site.flat_weights ? empty({}) : at::Tensor();
    const at::Tensor stream_scale = site.stream_weights ? empty({n}) : at::Tensor();
    const at::Tensor read_BTN = read ? read->contiguous() : at::Tensor();
    const kernels::Place place = ThisPlace();
    const at::Tensor scratch = Scratch(site, x, place);
    kernels::MapsAndRead(site,
                         {.tokens = batch * length,
                          .x = x.const_data_ptr(),
                          .x_is_bfloat16 = x.scalar_type() == torch::kBFloat16,
                          .read = Numbers(read_BTN),
                          .pre = Places(pre),
                          .post = Places(post),
                          .res = Places(res),
                          .z = Places(z),
                          .kept = {Places(u), Places(flat_scale), Places(stream_scale)},
                          .timing = pass.timing()},
                         Places(scratch), place);
    context->save_for_backward(
        {source ? at::Tensor() : x, pre, u, flat_scale, stream_scale, read_BTN});
    KeepSource(source, *context);
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    context->mark_non_differentiable({u});
    return {z, pre, post, res, u, given_BTNC};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const StreamSource source = SourceKept(*context);
    const at::Tensor x = source ? source->Get() : saved[0];
    const at::Tensor &pre = saved[1], &u = saved[2];
    const at::Tensor &flat_scale = saved[3], &stream_scale = saved[4], &read = saved[5];
    const c10::intrusive_ptr<torch::CustomClassHolder> held =
        context->saved_data["plan"].toCapsule();
    const auto& plan = static_cast<const FusedPlan&>(*held);
    PartedPass pass(plan.clock);
    const kernels::Site& site = plan.site;
    const at::Tensor grad_z = Whole(gradients[0]), grad_pre = Whole(gradients[1]);
    const at::Tensor grad_post = Whole(gradients[2]), grad_res = Whole(gradients[3]);
    const bool in_place = IsOurs(gradients[5]);
    const at::Tensor grad_pass = in_place ? gradients[5] : Whole(gradients[5]);
    const at::Tensor grad_x = in_place ? grad_pass : torch::empty_like(x);
    const auto like = [](const at::Tensor& t) {
      return t.defined() ? torch::empty(t.sizes()) : at::Tensor();
    };
    const at::Tensor grad_flat = like(plan.flat_weights), grad_rows = like(plan.stream_weights);
    const at::Tensor grad_alpha = torch::empty({4}), grad_bias = torch::empty({site.Values()});
    const at::Tensor grad_read = like(read);
    const kernels::Place place = ThisPlace();
    const at::Tensor scratch = Scratch(site, x, place);
    kernels::MapsAndReadBackward(
        site,
        {.tokens = x.size(0) * x.size(1),
         .x = x.const_data_ptr(),
         .x_is_bfloat16 = x.scalar_type() == torch::kBFloat16,
         .read = Numbers(read),
         .pre = Numbers(pre),
         .kept = {Places(u), Places(flat_scale), Places(stream_scale)},
         .grad_z = Numbers(grad_z),
         .grad_pre = Numbers(grad_pre),
         .grad_post = Numbers(grad_post),
         .grad_res = Numbers(grad_res),
         .grad_pass = grad_pass.defined() ? grad_pass.const_data_ptr() : nullptr,
         .grad_x = grad_x.mutable_data_ptr(),
         .grad_read = Places(grad_read),
         .grad_flat_weights = Places(grad_flat),
         .grad_stream_weights = Places(grad_rows),
         .grad_alpha = Places(grad_alpha),
         .grad_bias = Places(grad_bias),
         .timing = pass.timing()},
        Places(scratch), place);
    variable_list results = {grad_x, grad_read};
    AppendParameterGradients(plan, grad_flat, grad_rows, grad_alpha, grad_bias, results);
    results.emplace_back();      // of the plan
    results.emplace_back();      // of the source
    if (source) source->Drop();  // the mix has been walked back before
    return results;
  }

 private:
  static void AppendParameterGradients(const FusedPlan& plan, const at::Tensor& grad_flat,
                                       const at::Tensor& grad_rows, const at::Tensor& grad_alpha,
                                       const at::Tensor& grad_bias, variable_list& results) {
    const std::array maps = {&plan.site.pre, &plan.site.post, &plan.site.res, &plan.site.old};
    std::int64_t flat = 0, row = 0, value = 0;
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const MapPredictor& predictor = plan.predictors[i];
      if (predictor.is_empty() || !predictor->bias.defined()) continue;
      const kernels::Predictor& map = *maps[i];
      if (map.source == Source::kFlattened) {
        results.push_back(grad_flat.narrow(0, flat, map.columns).t().contiguous());
        flat += map.columns;
      } else if (map.source == Source::kEachStream) {
        results.push_back(grad_rows.narrow(0, row, map.columns).contiguous());
        row += map.columns;
      }
      if (map.source != Source::kStatic) {
        results.push_back(grad_alpha.narrow(0, static_cast<std::int64_t>(i), 1).clone());
      }
      results.push_back(grad_bias.narrow(0, value, map.values).clone());
      value += map.values;
    }
  }
};

class WriteAndMixFunction : public torch::autograd::Function<WriteAndMixFunction> {
 public:
  // Without gaps, but for x.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& given_BTNC,
                            const at::Tensor& f, const at::Tensor& post, const at::Tensor& res,
                            const StreamSource& source) {
    const at::Tensor x = given_BTNC.contiguous();
    const at::Tensor y = MixedStreams(x, f, post, res);
    context->save_for_backward({source ? at::Tensor() : x, f, post, res});
    KeepSource(source, *context);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const StreamSource source = SourceKept(*context);
    const at::Tensor x = source ? source->Get() : saved[0];
    const at::Tensor &f = saved[1], &post = saved[2], &res = saved[3];
    const bool in_place = IsOurs(gradients[0]);
    const at::Tensor grad_y = in_place ? gradients[0] : gradients[0].contiguous();
    const at::Tensor grad_x = in_place ? grad_y : torch::empty_like(x);
    const at::Tensor grad_f = torch::empty_like(f);
    const at::Tensor grad_post = torch::empty_like(post), grad_res = torch::empty_like(res);
    kernels::WriteAndMixBackward({.tokens = x.size(0) * x.size(1),
                                  .streams = static_cast<int>(x.size(2)),
                                  .channels = x.size(3),
                                  .is_bfloat16 = x.scalar_type() == torch::kBFloat16,
                                  .x = x.const_data_ptr(),
                                  .f = Numbers(f),
                                  .post = Numbers(post),
                                  .res = Numbers(res),
                                  .grad_y = grad_y.const_data_ptr(),
                                  .grad_x = grad_x.mutable_data_ptr(),
                                  .grad_f = Places(grad_f),
                                  .grad_post = Places(grad_post),
                                  .grad_res = Places(grad_res)},
                                 ThisPlace());
    return {grad_x, grad_f, grad_post, grad_res, {}};
  }
};

bool IsFloat32(const MapPredictor& predictor) {
  if (predictor.is_empty()) return true;
  for (const at::Tensor& t : predictor->parameters()) {
    if (t.scalar_type() != torch::kFloat32 || !t.device().is_cpu()) return false;
  }
  return true;
}

}  // namespace

bool CanFuse(const FusedSiteForm& form, const at::Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  return x.device().is_cpu() && form.streams <= kernels::kMostStreams &&
         (type == torch::kFloat32 || type == torch::kBFloat16) && IsFloat32(form.pre) &&
         IsFloat32(form.post) && IsFloat32(form.res) && IsFloat32(form.outgoing);
}

FusedReading FusedMapsAndRead(const FusedSiteForm& form, const at::Tensor& x,
                              const at::Tensor& read, const std::shared_ptr<PartClock>& clock,
                              const StreamSource& source) {
  TORCH_INTERNAL_ASSERT(CanFuse(form, x));
  const auto plan = c10::make_intrusive<FusedPlan>(form);
  plan->clock = clock;
  const std::vector<at::Tensor> parameters = plan->Parameters();
  std::optional<at::Tensor> given;
  if (read.defined()) given = read.expand({x.size(0), x.size(1), x.size(2)});
  const variable_list out =
      MapsAndReadFunction::apply(x, given, at::ArrayRef<at::Tensor>(parameters), plan, source);
  return {out[0], out[1], out[2], out[3], out[5], out[4]};
}

FusedWriting FusedWriteAndMix(const at::Tensor& x, const at::Tensor& given_f,
                              const at::Tensor& given_post, const at::Tensor& given_res,
                              const StreamSource& source) {
  const std::int64_t batch = x.size(0), length = x.size(1), n = x.size(2);
  const at::Tensor f = given_f.contiguous();
  const at::Tensor post = given_post.expand({batch, length, n}).contiguous();
  const at::Tensor res = given_res.expand({batch, length, n, n}).contiguous();
  return {WriteAndMixFunction::apply(x, f, post, res, source),
          c10::make_intrusive<RemadeStreams>(source, x.contiguous(), f, post, res)};
}

}  // namespace mhc
